import { listed } from './word-of.ts';

type Args = Readonly<Record<string, string | number | boolean | readonly string[]>>;

function many(value: Args[string] | undefined): string {
  return Array.isArray(value) ? listed(value as readonly string[]) : String(value ?? '');
}

const AREAS: Readonly<Record<string, string>> = { ssb: 'Speculative Store Bypass', spectre_v2: 'Spectre v2', mds: 'MDS' };

/** What UEK4 did in an area; each reads on behind its name. */
const DID: Readonly<Record<string, string>> = {
  'choice-kept': 'the choice of the boot is kept',
  'default-chosen': 'the update brought the control, so the default is chosen; the command line is not asked again',
  'bug-gone': 'the CPU no longer has the bug',
  'switched-off': 'the CPU no longer has the bug, and the mitigation is switched off',
  'judged-again': 'judged again by MD_CLEAR',
};

function known(words: Readonly<Record<string, string>>, code: Args[string] | undefined): string | undefined {
  return Object.hasOwn(words, String(code)) ? words[String(code)] : undefined;
}

/** What a policy found when it looked again; whole sentences without the full stop. */
export const policyFindingWords: Readonly<Record<string, (args: Args) => string>> = {
  'rfc-init-code-freed': ({ patches }) =>
    `Patch ${many(patches)} calls code that is freed after boot unless patch 1 keeps it: the kernel would run into freed memory, so nothing of it is shown`,
  'rfc-command-line-freed': () => 'Without patch 2 options are read from freed memory: choices that selections read from the command line are forgotten',
  'rfc-reprobed-after-failure': () => 'Patch 6 chose mitigations again although no CPU took the update',
  'rfc-siblings-stay-online': ({ cpus }) => `Without patch 4 SMT is called off and the siblings run on (CPU ${many(cpus)})`,
  'rfc-siblings-stopped': ({ cpus }) => `Siblings were taken offline (CPU ${many(cpus)})`,
  'rfc-tsx-init-differs': () =>
    'Patch 5 decides about TSX on the boot CPU while the TAA bug is cleared and its features are old: the other CPUs, later, decide otherwise',
  'bad-revision-left': () => 'Patch 7 gives back the speculation controls that the old revision had cost',
  'bad-revision-imposed': () => 'Patch 7 takes the speculation controls away: the new revision is one of the bad ones',
  'kvm-restores-tsx-ctrl': ({ guests }) => `KVM puts the TSX_CTRL of before back whenever a thread that ran a guest returns to user space (${many(guests)})`,
  'full-kvm-refreshed': ({ module }) => `${String(module ?? 'KVM')} computed its capabilities again; guests that run keep theirs`,
  'full-kvm-not-refreshed': ({ module }) => `${String(module ?? 'KVM')} could not be set up again and keeps what it had`,
  'uek4-rule': ({ area, did }) => `${known(AREAS, area) ?? 'UEK4'}: ${known(DID, did) ?? 'a rule of its own'}`,
  'uek4-verw-off-for-all': ({ bugs }) => `VERW goes off with MDS, though ${many(bugs)} needs it too`,
};

/** @returns the sentence of a finding; a code nobody has words for is readable as it is. */
export function policyFinding({ code, args }: { readonly code: string; readonly args: Args }): string {
  return Object.hasOwn(policyFindingWords, code) ? policyFindingWords[code]!(args) : code.replaceAll('-', ' ');
}
