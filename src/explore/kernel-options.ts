import { vulnerabilities } from '../engine/vulnerabilities/index.ts';
import type { Prompt } from './state.ts';

/** What can stand behind an option; the options themselves come from the vulnerabilities. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  mds: ['off', 'full', 'full,nosmt'],
  tsx_async_abort: ['off', 'full', 'full,nosmt'],
  tsx: ['on', 'off', 'auto'],
  mmio_stale_data: ['off', 'full', 'full,nosmt'],
  reg_file_data_sampling: ['on', 'off'],
  srbds: ['off', 'on'],
  gather_data_sampling: ['off', 'force'],
  l1tf: ['off', 'flush', 'flush,nosmt', 'flush,nowarn', 'full', 'full,force'],
  'kvm_intel.vmentry_l1d_flush': ['never', 'cond', 'always'],
  'kvm.nx_huge_pages': ['auto', 'force', 'off', 'never'],
  spectre_v2: ['on', 'off', 'auto', 'retpoline', 'retpoline,generic', 'retpoline,lfence', 'eibrs', 'eibrs,retpoline', 'eibrs,lfence', 'ibrs'],
  spectre_v2_user: ['on', 'off', 'auto', 'prctl', 'prctl,ibpb', 'seccomp', 'seccomp,ibpb'],
  spectre_bhi: ['on', 'off', 'vmexit'],
  spec_store_bypass_disable: ['on', 'off', 'auto', 'prctl', 'seccomp'],
  retbleed: ['off', 'auto', 'auto,nosmt', 'unret', 'unret,nosmt', 'ibpb', 'stuff'],
  spec_rstack_overflow: ['off', 'microcode', 'safe-ret', 'ibpb', 'ibpb-vmexit'],
  indirect_target_selection: ['on', 'off', 'force', 'vmexit', 'stuff'],
  tsa: ['on', 'off', 'user', 'vm'],
  vmscape: ['off', 'ibpb', 'force', 'on', 'auto'],
  mitigations: ['off', 'auto', 'auto,nosmt'],
  nosmt: ['force'],
  'microcode.force_minrev': ['Y', 'N'],
  'microcode.amd_sha_check': ['off'],
  l1d_flush: ['on'],
  vsyscall: ['emulate', 'xonly', 'none'],
};

/** Options of the loader, of SMT and of all mitigations together: they belong to no single vulnerability. */
const OTHERS = ['mitigations', 'nosmt', 'dis_ucode_ldr', 'microcode.force_minrev', 'microcode.amd_sha_check', 'l1d_flush', 'clearcpuid', 'nopti', 'nopcid'];

/** @returns every option whose values can be completed, those of the vulnerabilities first. */
export function knownOptions(): string[] {
  return [...new Set([...vulnerabilities.flatMap(({ parameters }) => parameters), ...OTHERS])].sort();
}

/** The option that is being typed: what stands before the cursor, back to the last blank. */
export function wordAt(text: string, cursor: number): string {
  const before = [...text].slice(0, cursor).join('');
  return before.slice(before.lastIndexOf(' ') + 1);
}

/** @returns what a line that is being typed can become. */
export function completionsOf({ wanted, line }: Prompt): string[] {
  return wanted === 'cmdline' ? completions(wordAt(line.text, line.cursor)) : [];
}

/**
 * What a word of the command line can become.
 * @param word its beginning; behind `=` the values of the option are meant
 */
export function completions(word: string): string[] {
  const equals = word.indexOf('=');
  if (equals < 0) {
    const wanted = word.toLowerCase();
    const names = knownOptions();
    const starts = names.filter((name) => name.startsWith(wanted));
    const others = wanted.length > 1 ? names.filter((name) => !name.startsWith(wanted) && name.includes(wanted)) : [];
    return [...starts, ...others].map((name) => (Object.hasOwn(VALUES, name) && name !== 'nosmt' ? `${name}=` : name));
  }
  const name = word.slice(0, equals);
  const begun = word.slice(equals + 1);
  const values = Object.hasOwn(VALUES, name) ? VALUES[name]! : [];
  return values.filter((value) => value.startsWith(begun) && value !== begun).map((value) => `${name}=${value}`);
}
