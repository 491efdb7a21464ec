import { hex } from '../../base/hex.ts';
import { cpuList, fallback, listed, own } from './word-of.ts';

type Value = string | number | boolean | readonly string[];
export type ReasonArgs = Readonly<Record<string, Value>>;

interface ReasonWords {
  /** What is in the way; a whole sentence without the full stop. */
  readonly text: (args: ReasonArgs) => string;
  /** What would lift it; the same for every case of the code. */
  readonly lift: string;
}

function revision(value: Value | undefined): string {
  return typeof value === 'number' ? hex(value) : String(value ?? 'unknown');
}

function many(value: Value | undefined): readonly string[] {
  return Array.isArray(value) ? value : value === undefined ? [] : [String(value)];
}

const DISABLED: Readonly<Record<string, string>> = {
  dis_ucode_ldr: 'dis_ucode_ldr on the command line switches the loader off',
  'microcode=dis_ucode_ldr': 'microcode=dis_ucode_ldr on the command line switches the loader off',
  hypervisor: 'the kernel runs under a hypervisor, where the loader is off',
  'final-level': 'this AMD patch level is final: the loader leaves such CPUs alone',
};

/** For a reason that only has its code: the arguments are missing where a report was read back from JSON. */
const whole = (text: string) => (): string => text;

/** Why the kernel, or a policy, does not take an update: every code of the loader and of the inhibitors. */
export const loadReasonWords: Readonly<Record<string, ReasonWords>> = {
  'loader-not-built': {
    text: ({ option }) => `This kernel is built without ${option ?? 'late loading'}`,
    lift: 'a kernel built with it, or the update in the initramfs and a reboot',
  },
  'loader-disabled': {
    text: ({ by }) => `The loader is off: ${own(DISABLED, String(by)) ?? 'the kernel has switched it off'}`,
    lift: 'a boot without the option; under a hypervisor update the host',
  },
  'loader-unsupported': {
    text: ({ vendor, family }) => `The kernel has no loader for this CPU${vendor === undefined ? '' : ` (${vendor} family ${family})`}`,
    lift: 'nothing on this CPU',
  },
  'primary-cpu-offline': {
    text: ({ cpus }) => `The first thread of a core is offline${cpus === undefined ? '' : ` (${cpuList(many(cpus))})`}: the core would keep the old revision`,
    lift: 'bring these CPUs online',
  },
  'smt-sibling-offline': {
    text: ({ cpus }) => `A sibling thread is offline${cpus === undefined ? '' : ` (${cpuList(many(cpus))})`} and does not answer`,
    lift: 'bring these CPUs online',
  },
  'no-file': { text: whole('There is no microcode file for this CPU where the kernel looks'), lift: 'put the file under /lib/firmware' },
  'other-vendor': { text: ({ vendor }) => `The file is for another vendor's CPUs${vendor === undefined ? '' : ` (${vendor})`}`, lift: 'the file for this CPU' },
  'bad-header': { text: whole('The header of the file is not one that the kernel knows'), lift: 'an undamaged file' },
  'second-container': {
    text: whole('A second container stands in the file, as in an early-load image, and a late load reads only one'),
    lift: 'the file of this family alone',
  },
  'bad-checksum': { text: whole('The checksum of the file is wrong'), lift: 'an undamaged file' },
  truncated: { text: whole('The file ends before the update does'), lift: 'an undamaged file' },
  'other-signature': {
    text: ({ signature }) => `No update in the file is for this CPU${signature === undefined ? '' : ` (signature ${revision(signature)})`}`,
    lift: 'the file for this CPU',
  },
  'other-platform': {
    text: whole('The update is for this CPU model, but for other platform ids'),
    lift: 'the update whose platform flags include this CPU',
  },
  'not-newer': {
    text: ({ revision: offered, current }) =>
      offered === undefined ? 'The update is not newer than what runs' : `The update (${revision(offered)}) is not newer than what runs (${revision(current)})`,
    lift: 'a newer update; the kernel never loads the same or an older one',
  },
  minrev: {
    text: ({ minRevision, current }) =>
      minRevision === undefined
        ? "The update's minimum revision is not met"
        : minRevision === 0
          ? 'The update declares no minimum revision'
          : `The update wants at least revision ${revision(minRevision)} to be running (it is ${revision(current)})`,
    lift: 'microcode.force_minrev=0, which loads and taints; or early loading',
  },
  'amd-minrev-unsupported': { text: whole('force_minrev is on, and AMD updates declare no minimum revision'), lift: 'microcode.force_minrev=0' },
  'erratum-bdx90': { text: whole('A late load may hang Broadwell-X and -DE (erratum BDX90, BDF90)'), lift: 'early loading and a reboot' },
  'erratum-gnr98': {
    text: whole('A late load from this revision gives Granite Rapids a machine check (erratum GNR98)'),
    lift: 'a load of revision 0x1000405 in between, or early loading and a reboot',
  },
  'amd-signing-cutoff': {
    text: ({ cutoff }) =>
      `The running and the offered revision stand on different sides of AMD's signing cut-off${cutoff === undefined ? '' : ` (${revision(cutoff)})`}`,
    lift: 'a firmware update beyond the cut-off, then a newer patch',
  },
  'amd-digest': {
    text: ({ revision: offered }) => `The kernel does not know the digest of this AMD patch${offered === undefined ? '' : ` (${revision(offered)})`}`,
    lift: 'a kernel that knows it; microcode.amd_sha_check=off, which taints',
  },
  'cpu-rejects': {
    text: ({ cpus }) => `The CPU does not accept the update${cpus === undefined ? '' : ` (${cpuList(many(cpus))})`}`,
    lift: 'another update',
  },
  'mixed-revision': {
    text: ({ revisions }) => `The CPUs are on different revisions already${revisions === undefined ? '' : ` (${listed(many(revisions))})`}`,
    lift: 'a reboot with the update in the initramfs',
  },
  // Policy: nothing in the kernel stops these.
  'kvm-module': { text: whole('KVM is loaded and holds a copy of the CPU features'), lift: 'unload kvm_intel or kvm_amd, then kvm' },
  'running-guests': { text: whole('Guests run, and what they were told of the CPU cannot change'), lift: 'migrate or stop them' },
  'nested-vmx': { text: whole('A guest uses VMX with capabilities taken before the load'), lift: 'stop that guest' },
  'feature-removed-in-use': {
    text: whole('The update takes away an instruction that running code may use'),
    lift: 'nothing at run time: early loading and a reboot',
  },
  'xstate-changed': { text: whole('The update changes the size or the parts of the extended state'), lift: 'nothing at run time: early loading and a reboot' },
  'msr-removed': { text: whole('The update takes away an MSR that the kernel uses'), lift: 'nothing at run time: early loading and a reboot' },
  'sgx-enclaves': { text: whole('Enclaves are in use, so the SVN does not move'), lift: 'close all enclaves' },
  'confidential-guests': { text: whole('Confidential guests attest the platform they were started on'), lift: 'stop them' },
  'perf-pebs-active': { text: whole('perf uses PEBS, and its constraints may change'), lift: 'stop the perf sessions' },
  'early-image-older': { text: whole('The initramfs holds an older update: the next reboot would go back'), lift: 'rebuild the initramfs' },
  'descriptor-incomplete': { text: whole('Nobody has described what this update changes'), lift: 'a complete descriptor' },
  metadata: { text: whole('The update comes without a description of what it changes'), lift: 'a complete descriptor' },
  'unknown-effects': { text: whole('The descriptor says that it does not know all effects'), lift: 'a complete descriptor' },
  'lost-feature': { text: whole('The update takes a feature away'), lift: 'nothing at run time: early loading and a reboot' },
};

/**
 * What is in the way of a load, as a sentence without its full stop.
 * @param code of a reason, blocker or inhibitor
 * @param args as the loader gave them; without them the sentence is less exact
 */
export function loadReasonText(code: string, args: ReasonArgs = {}): string {
  return own(loadReasonWords, code)?.text(args) ?? fallback(code);
}

/** @returns what would lift a reason, or null where nobody has said. */
export function loadReasonLift(code: string): string | null {
  return own(loadReasonWords, code)?.lift ?? null;
}
