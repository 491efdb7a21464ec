import type { Profile } from '../../data/contract/profile.ts';

export interface Exporter {
  /** What `--to` takes. */
  readonly id: string;
  readonly title: string;
  /** @returns the text of the foreign file. */
  write(profile: Profile): string;
  /** @returns what of this profile the format cannot carry. */
  lost(profile: Profile): readonly string[];
}
