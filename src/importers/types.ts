import type { Problem } from '../base/problem.ts';
import type { Profile } from '../data/contract/profile.ts';

/** A file as the caller read it; this room opens none itself. */
export interface ImportFile {
  /** Path as the user named it, or inside the folder or archive, with `/` between the parts. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What is imported in one go: one file, or the files of one folder or archive that belong together. */
export interface ImportInput {
  /** The file, folder or archive as the user named it; `-` for standard input. */
  readonly name: string;
  readonly files: readonly ImportFile[];
}

export interface ImportOutcome {
  /** One for each machine in the dump. */
  readonly profiles: readonly Profile[];
  /** What is damaged; a profile made of the readable rest may stand beside it. */
  readonly problems: readonly Problem[];
  /** What no dump of this format can say, in a few words each. */
  readonly cannotCarry: readonly string[];
}

export interface Importer {
  /** What `--from` takes. */
  readonly id: string;
  readonly title: string;
  /** @returns how sure it is that the input has this format: 0 (no) to 1 (its own signature stands there). */
  detect(input: ImportInput): number;
  import(input: ImportInput): ImportOutcome;
}
