/** What can be asked of an alias. */
export type AliasStep =
  | { readonly do: 'set'; readonly version: number }
  | { readonly do: 'protect'; readonly value: boolean }
  | { readonly do: 'remove' }
  | { readonly do: 'back'; readonly steps: number }
  | { readonly do: 'back to'; readonly version: number };

/** What an alias should do, as an editor's undo list would: the last of `targets` is where it points, or pointed. */
export class UndoList {
  private targets: number[] = [];
  private isThere = false;

  get target(): number | null {
    return this.isThere ? (this.targets.at(-1) ?? null) : null;
  }

  /** The code of the refusal, or null. */
  apply(step: AliasStep): string | null {
    if (step.do === 'set') {
      if (this.targets.at(-1) !== step.version) this.targets.push(step.version);
      this.isThere = true;
      return null;
    }
    if (step.do === 'protect') return null;
    if (step.do === 'remove') {
      if (!this.isThere) return 'ALIAS_NOT_FOUND';
      this.isThere = false;
      return null;
    }
    if (this.targets.length === 0) return 'ALIAS_NOT_FOUND';
    const behind = this.isThere ? this.targets.slice(0, -1) : this.targets;
    const place = step.do === 'back' ? behind.length - step.steps : behind.lastIndexOf(step.version);
    if (place < 0 || (step.do === 'back to' && this.target === step.version)) return 'NO_EARLIER_TARGET';
    this.targets = behind.slice(0, place + 1);
    this.isThere = true;
    return null;
  }
}
