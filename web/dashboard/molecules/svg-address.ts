/** An SVG as the address of a picture: as such it can neither run anything nor fetch anything. */
export function svgAddress(svg: string): string {
  return `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
}
