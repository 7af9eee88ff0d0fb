/** What Markdown became, as data that can be sent between threads. */
export type PlainNode = string | PlainElement;

export interface PlainElement {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  readonly children: readonly PlainNode[];
}

/** What a thread is asked, and answers. */
export interface MarkdownRequest {
  readonly text: string;
}

export type MarkdownAnswer =
  | { readonly phase: 'read'; readonly nodes: readonly PlainNode[] }
  | { readonly phase: 'refused'; readonly reason: string };

const PROSE =
  'a blockquote br code del em h1 h2 h3 h4 h5 h6 hr img input li ol p pre section span strong sup table tbody td th thead tr ul';
const MATH =
  'annotation math menclose merror mfrac mi mn mo mover mpadded mphantom mroot mrow ms mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder munderover semantics';
const PROSE_ATTRIBUTES = /^(?:alt|checked|className|disabled|href|id|src|start|title|type)$/;
const MATH_ATTRIBUTES = /^(?!on|href|src|style)[a-z]+$/;

const proseTags: ReadonlySet<string> = new Set(PROSE.split(' '));
const mathTags: ReadonlySet<string> = new Set(MATH.split(' '));

/** Whether a card may have an attribute: none of them runs anything or says how something looks. */
export function isAdmitted(tag: string, name: string, value: unknown): value is string | number | boolean {
  if (!['string', 'number', 'boolean'].includes(typeof value)) return false;
  return mathTags.has(tag) ? MATH_ATTRIBUTES.test(name) : proseTags.has(tag) && PROSE_ATTRIBUTES.test(name);
}

export function isAdmittedTag(tag: string): boolean {
  return proseTags.has(tag) || mathTags.has(tag);
}
