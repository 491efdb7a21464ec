import { hex } from '../../base/hex.ts';
import { cpuidBits, msrBits } from '../../data/bits/index.ts';
import type { Finding } from '../../engine/model/machine.ts';
import { errnoWords } from './load-outcomes.ts';
import { loadReasonText, loadReasonWords } from './load-reasons.ts';
import { counted, cpuList, fallback, listed, sentence } from './word-of.ts';

type Args = Finding['args'];
type Words = (args: Args) => string;

const names = new Map<string, string>();

/** @returns the name of a bit as /proc/cpuinfo would write it, else the reference as it is. */
export function refName(ref: string): string {
  if (names.size === 0) for (const row of [...cpuidBits, ...msrBits]) names.set(row.ref, row.name.toLowerCase());
  const forced = /^(cleared|forced):(.*)$/.exec(ref);
  if (forced) return `${refName(forced[2]!)} (${forced[1]})`;
  return names.get(ref) ?? ref.replace(/^(?:feature|bug|kernel|choice|guest):/, '');
}

const texts = (value: Args[string] | undefined): readonly string[] => (Array.isArray(value) ? value : value === undefined ? [] : [String(value)]);
const bits = (value: Args[string] | undefined): string => listed(texts(value).map(refName));
const revision = (value: Args[string] | undefined): string => (typeof value === 'number' ? hex(value) : 'an unknown revision');
const errno = ({ errno: name }: Args): string => (typeof name === 'string' ? ` with ${errnoWords[name] ?? name}` : '');

function kvmLoaded({ module, tsxCtrl }: Args): string {
  const copies = `${module} copies boot_cpu_data into kvm_cpu_caps, edits the copy, and filters by it what guests are offered from now on`;
  if (tsxCtrl === undefined) return copies;
  return `${copies}; MSR_IA32_TSX_CTRL is ${tsxCtrl ? 'among' : 'not among'} the MSRs that it has found and switches for guests`;
}

const UNFIT: Readonly<Record<string, string>> = {
  'cr4-features': 'has other features behind CR4 than boot_cpu_data says',
  'vmx-off': 'has no VMX',
  'svm-off': 'has no SVM',
  'vmcs-config': 'does not have the VMX capabilities that KVM holds',
};
const unfit = (reason: Args[string] | undefined): string => UNFIT[String(reason)] ?? 'differs from the others';

/** A guest that starts with less, or more, than the CPU has. */
function bornStale({ guest, misses, keeps }: Args): string {
  const [less, more] = [texts(misses), texts(keeps)];
  const parts = [...(less.length > 0 ? [`is not told of ${bits(less)}`] : []), ...(more.length > 0 ? [`is told of ${bits(more)}`] : [])];
  return `${guest} ${listed(parts)}, other than on a host that boots now`;
}

/** Hotplug is the one thing that touches boot_cpu_data after the boot. */
function bootCpuDataChanged({ lost, gained }: Args): string {
  const parts = [...(texts(lost).length > 0 ? [`loses ${bits(lost)}, for every CPU`] : []), ...(texts(gained).length > 0 ? [`gains ${bits(gained)}`] : [])];
  return `boot_cpu_data ${listed(parts)}`;
}

function unheld({ module, guests }: Args): string {
  const running = texts(guests);
  const who = running.length > 0 ? `${module} is loaded and ${listed(running)} ${running.length === 1 ? 'runs' : 'run'}` : `${module} is loaded`;
  return `nothing holds the load back: ${who}, and mainline gives ${running.length > 0 ? 'them' : 'it'} no way to block an update`;
}

/** A sentence for each finding of an event, without capital and full stop; reasons of the loader have theirs in load-reasons.ts. */
export const findingWords: Readonly<Record<string, Words>> = {
  'kernel-started': ({ revision: now }) => `the kernel boots on microcode ${revision(now)} and takes all its copies`,
  'booted-already': () => 'the machine has booted already; use reboot or kexec',
  'not-booted': () => 'the machine has not booted yet',
  'unknown-event': ({ type, known }) => `there is no event ${type}; there are ${listed(texts(known))}`,
  'load-updated': ({ before, after, cpus }) => `the update is taken by ${cpuList(texts(cpus))}: ${revision(before)} -> ${revision(after)}`,
  'load-partial': ({ cpus }) => `only ${cpuList(texts(cpus))} took the update`,
  'load-failed': (args) => `no CPU took the update; the write fails${errno(args)}`,
  'load-refused': (args) => `the kernel refuses the update${errno(args)}`,
  'load-nothing-to-do': () => 'the write succeeds and changes nothing',
  'load-inhibited': () => 'the update is held back, and nothing changes',
  'load-noticed': () => 'the kernel sees that features have changed, says so, and changes nothing of its own',
  'load-not-noticed': () => 'the kernel does not notice that anything has changed',
  'no-update': () => 'there is no update to load',
  'nothing-holds-the-load-back': unheld,
  'kvm-loaded': kvmLoaded,
  'kvm-unloaded': ({ module }) => `${module} is gone, and with it everything it held`,
  'kvm-loaded-already': ({ module }) => `${module} is loaded already`,
  'kvm-not-loaded': () => 'KVM is not loaded',
  'kvm-in-use': ({ guests }) => `the module is in use by ${listed(texts(guests))}`,
  'kvm-tables-missing': () => 'the tables of KVM were not loaded',
  'kvm-not-built': ({ option }) => `this kernel is built without ${option}`,
  'kvm-no-vmx': () => 'this CPU has no VMX',
  'kvm-vmx-disabled': () => 'firmware has switched VMX off',
  'kvm-no-svm': () => 'this CPU has no SVM',
  'kvm-svm-disabled': () => 'firmware has switched SVM off',
  'kvm-no-nx': () => 'KVM needs NX here',
  'kvm-vmcs-config': ({ field }) => `the VMX capabilities lack what KVM needs (${field})`,
  'kvm-cpu-unfit': (args) => `CPU ${args.cpu} ${unfit(args.reason)}, and KVM takes only CPUs that are alike${errno(args)}`,
  'kvm-bad-parameter': ({ parameter }) => `the module does not understand ${parameter}`,
  'unknown-module': ({ module, known }) => `there is no module ${module} here${known === undefined ? '' : `; there are ${listed(texts(known))}`}`,
  'guest-started': ({ guest, model }) => `${guest} starts (${model}) and keeps what it is told now for as long as it lives`,
  'guest-stopped': ({ guest }) => `${guest} is powered off, and what it was told is gone with it`,
  'guest-runs-already': ({ guest }) => `there is a guest ${guest} already`,
  'no-such-guest': ({ guest, known }) => `there is no guest ${guest}${texts(known).length > 0 ? `; there are ${listed(texts(known))}` : ''}`,
  'unknown-guest-model': ({ model, known }) => `the model ${model} is not known here; there are ${listed(texts(known))}`,
  'custom-guest-without-cpuid': ({ guest }) => `${guest} is custom, and its CPUID is not given`,
  'guest-features-not-offered': ({ refs }) => `KVM does not offer all that was asked for: without ${bits(refs)}`,
  'guest-features-missing': ({ guest, refs }) => `${guest} was told of ${bits(refs)}, which KVM does not offer here`,
  'guest-tsx-ctrl-faults': ({ guest }) => `${guest} is told of MSR_IA32_TSX_CTRL, which this KVM cannot switch: using it faults`,
  'guest-born-stale': bornStale,
  'guest-migrated': ({ guest }) => `${guest} goes to another host and comes back, with all that it was told`,
  'guest-migrated-away': ({ guest }) => `${guest} goes to another host`,
  'guest-migrated-back': ({ guest }) => `${guest} comes back with all that it was told`,
  'guest-away-already': ({ guest }) => `${guest} is on another host already`,
  'guest-away': ({ guest }) => `${guest} is on another host`,
  'guest-is-here': ({ guest }) => `${guest} is here`,
  'guests-ended': ({ guests }) => `${listed(texts(guests))} ${texts(guests).length === 1 ? 'ends' : 'end'} with the old kernel`,
  'vcpu-created': ({ guest, vcpu }) => `${guest} is given another virtual CPU, number ${vcpu}`,
  'vcpus-differ': ({ guest, vcpu }) => `virtual CPU ${vcpu} of ${guest} is told another ARCH_CAPABILITIES than the others`,
  'cpus-online': ({ cpus }) => `${cpuList(texts(cpus))} ${texts(cpus).length === 1 ? 'is' : 'are'} identified anew, for the decisions of the boot`,
  'cpus-offline': ({ cpus }) => `${cpuList(texts(cpus))} ${texts(cpus).length === 1 ? 'goes' : 'go'} offline`,
  'boot-cpu-data-changed': bootCpuDataChanged,
  'no-such-cpu': ({ cpu }) => `there is no CPU ${cpu}`,
  'cpu-offline-already': ({ cpu }) => `CPU ${cpu} is offline already`,
  'cpu-online-already': ({ cpu }) => `CPU ${cpu} is online already`,
  'boot-cpu-stays-online': () => 'CPU 0 cannot go offline',
  'smt-switched-off': ({ cpu }) => `CPU ${cpu} is a sibling thread, and SMT is switched off`,
  'cpu-refused-by-kvm': (args) => `CPU ${args.cpu} ${unfit(args.reason)}, and may not come online while KVM is in use${errno(args)}`,
  resumed: ({ cpus }) => (texts(cpus).length > 0 ? `all but CPU 0 are identified anew after the suspend: ${cpuList(texts(cpus))}` : 'the one CPU comes back'),
  'microcode-lost-in-suspend': ({ revision: now }) => `this kernel holds no update, so the CPUs are back on the firmware's ${revision(now)}`,
  'msrs-not-restored': ({ msrs }) => `not on the list of saved MSRs, and so as after reset: ${listed(texts(msrs))}`,
  'process-started': ({ name }) => `${name} starts and chooses its code by CPUID as it is now`,
  'all-processes-started': () => 'every process starts again',
  'process-without-name': () => 'which process starts is not said',
  'module-loaded': ({ module }) => `${module} is loaded; its text is patched for boot_cpu_data as it stands`,
  'module-loaded-already': ({ module }) => `${module} is loaded already`,
  'msr-written': ({ msr, value }) => `MSR ${msr} of the host is ${value} now, and the kernel is tainted`,
  'msr-write-incomplete': () => 'the write needs an msr and a value',
  'msr-write-faults': (args) => `the CPU does not take the write of MSR ${args.msr}${errno(args)}`,
  'msr-of-other-cpu': () => 'only writes that reach CPU 0 are followed here',
  'kvm-writes-old-value-back': ({ msr, held }) => `KVM does not know: on the next return to user space from a guest it writes ${held} back into MSR ${msr}`,
  'not-in-this-policy': ({ policy }) => `policy ${policy}: the kernel cannot look again while it runs`,
  reevaluated: ({ policy }) => `features, bugs and mitigations are looked at again (policy ${policy})`,
  'early-load': ({ revision: now }) => `the update in the initramfs is loaded before anything is looked at (${revision(now)})`,
  'early-image-assumed': () => 'that the initramfs holds the same update is assumed',
  'microcode-went-back': ({ before, after }) => `the machine goes back from ${revision(before)} to ${revision(after)}: microcode is volatile`,
  'guard-denied': ({ holders }) => `the guard refuses: this would work from ${listed(texts(holders))}, which is stale`,
  'reads-stale-copies': ({ holders }) =>
    `it works from ${counted(texts(holders).length, 'stale copy', 'stale copies')}, and nothing warns of it: ${listed(texts(holders))}`,
};

/** Words that a sentence may begin with; guests, modules and files keep the letters they have. */
const OPENING = /^(?:a|all|an|every|features|it|no|not|nothing|only|policy|sysfs|that|the|there|this|using|virtual|which)\b/;

/** @returns the text as a sentence: with a capital where it begins with a word, and a full stop. */
export function asSentence(text: string): string {
  return `${OPENING.test(text) ? sentence(text) : text}.`;
}

/** @returns a finding as a sentence with its full stop. */
export function findingText({ code, args }: Finding): string {
  const words = Object.hasOwn(findingWords, code) ? findingWords[code] : undefined;
  const text = words ? words(args) : Object.hasOwn(loadReasonWords, code) ? loadReasonText(code, args) : fallback(code);
  return asSentence(text);
}
