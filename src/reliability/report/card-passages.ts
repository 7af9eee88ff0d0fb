/** What a text in Markdown says under a heading that matches: the text itself, without the heading; null where it says nothing. */
export function passageUnder(markdown: string, heading: RegExp): string | null {
  const lines = markdown.split(/\r\n|\r|\n/);
  let fenced = false;
  let depth = 0;
  const found: string[] = [];
  for (const line of lines) {
    if (/^\s*(?:```|~~~)/.test(line)) fenced = !fenced;
    const [, marks, title] = fenced ? [] : (/^(#{1,6})\s+(.*?)\s*#*$/.exec(line) ?? []);
    if (marks !== undefined && title !== undefined) {
      if (depth > 0 && marks.length <= depth) break;
      if (depth === 0 && heading.test(title)) {
        depth = marks.length;
        continue;
      }
    }
    if (depth > 0) found.push(line);
  }
  const text = found.join('\n').trim();
  return text === '' ? null : text;
}
