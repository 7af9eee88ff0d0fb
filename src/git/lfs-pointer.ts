/** https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md */
export function lfsPointer(digest: string, size: bigint): string {
  return `version https://git-lfs.github.com/spec/v1\noid ${digest}\nsize ${size}\n`;
}
