import type { TurnDown, TurnDownCode } from '../microcode/turn-down.ts';

type Words = (have: string, needs: string) => string;

/** Each reason in words; `have` and `needs` are the figures the rule compared. */
const REASONS: Readonly<Record<TurnDownCode, Words>> = {
  'other-vendor': (have) => `for ${have}`,
  'other-file': () => 'not the file the late loader opens',
  'early-load-only': () => 'only an early load reads this file',
  'text-form': () => 'stands in a text, which no kernel reads',
  'other-signature': (have, needs) => `for ${have}, this CPU is ${needs}`,
  'other-platform': (have, needs) => `platform flags ${have}, this CPU needs ${needs}`,
  'not-newer': (have, needs) => `not newer than ${needs}${have === needs ? ', the same' : ''}`,
  superseded: (_have, needs) => `${needs} is newer`,
  'minimum-revision-undeclared': () => 'declares no minimum revision, and force_minrev asks for one',
  'minimum-revision-not-met': (have, needs) => `needs ${needs} or newer, this CPU has ${have}`,
  gnr98: (_have, needs) => `erratum GNR98: must not jump over ${needs}`,
  bdx90: (_have, needs) => `erratum BDX90: no late load below ${needs} with this much cache`,
  'force-minrev-on-amd': () => 'force_minrev is on, and Linux knows no minimum revision for AMD',
  'other-family': (have, needs) => `for family ${have}, this CPU is ${needs}`,
  'unlisted-signature': (have) => `the equivalence table does not name ${have}`,
  'signing-cut-off': (have, needs) => `on the other side of the signing cut-off ${needs}, this CPU has ${have}`,
  'later-container': () => 'stands in a second container, which the late loader does not read',
  damaged: (have) => `damaged: ${have}`,
  'behind-damage': (have) => `behind the damage at ${have}`,
  'file-refused': () => 'sound, but the loader refuses the whole file for a damaged update',
  'digest-unknown': (have) => `the kernel knows no digest of ${have} and refuses it (EIO)`,
  'digest-mismatch': () => 'its digest is not the one the kernel knows: refused (EIO)',
};

/** @returns a reason as part of a sentence. */
export function reasonText({ code, have = '', needs = '' }: TurnDown): string {
  return REASONS[code](have, needs);
}
