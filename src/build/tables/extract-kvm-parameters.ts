import type { KvmParameterKind, KvmParameterRow } from '../../data/kernels/types.ts';
import type { ReadSource } from './c-source.ts';

/** Files in which KVM's modules declare parameters, and the option without which a file is not compiled (arch/x86/kvm/Makefile). */
const FILES: readonly (readonly [module: string, file: string, needs?: string])[] = [
  ['kvm', 'virt/kvm/kvm_main.c'],
  ['kvm', 'arch/x86/kvm/x86.c'],
  ['kvm', 'arch/x86/kvm/pmu.c'],
  ['kvm', 'arch/x86/kvm/lapic.c'],
  ['kvm', 'arch/x86/kvm/mmu/mmu.c'],
  ['kvm', 'arch/x86/kvm/mmu/spte.c'],
  ['kvm', 'arch/x86/kvm/mmu/tdp_mmu.c'],
  ['kvm_intel', 'arch/x86/kvm/vmx/vmx.c'],
  ['kvm_intel', 'arch/x86/kvm/vmx/nested.c'],
  ['kvm_intel', 'arch/x86/kvm/vmx/sgx.c', 'CONFIG_X86_SGX_KVM'],
  ['kvm_intel', 'arch/x86/kvm/vmx/tdx.c', 'CONFIG_KVM_INTEL_TDX'],
  ['kvm_amd', 'arch/x86/kvm/svm/svm.c'],
  ['kvm_amd', 'arch/x86/kvm/svm/avic.c'],
  ['kvm_amd', 'arch/x86/kvm/svm/sev.c', 'CONFIG_KVM_AMD_SEV'],
];

/** `bint` takes what a boolean takes. */
const KINDS: Readonly<Record<string, KvmParameterKind>> = { bool: 'bool', bint: 'bool', int: 'int', uint: 'uint', ushort: 'ushort' };

/** Options that every 64-bit kernel with KVM has. */
const ALWAYS: readonly string[] = ['CONFIG_X86_64', 'CONFIG_KVM_GENERIC_HARDWARE_ENABLING'];

/** @returns the option or switch that a line opens a condition with, `` for any other condition; null: it opens none */
function opened(line: string): string | null {
  const hit = /^#\s*if(?:def\s+(\w+)|\s+IS_ENABLED\((\w+)\)|)/.exec(line);
  return hit ? (hit[1] ?? hit[2] ?? '') : null;
}

function kindOf(macro: string, parts: readonly string[]): KvmParameterKind {
  if (macro === 'module_param_cb') return 'callback';
  const type = parts[macro.includes('named') ? 2 : 1] ?? '';
  const kind = KINDS[type];
  if (kind === undefined) throw new Error(`module parameter of type ${type}`);
  return kind;
}

/** The declarations of a file, in its order, each with the innermost `#ifdef` around it. */
function declared(text: string): { readonly macro: string; readonly parts: string[]; readonly guard: string | null }[] {
  const guards: (string | null)[] = [];
  const found: { macro: string; parts: string[]; guard: string | null }[] = [];
  const lines = text.replaceAll('\\\n', ' ').split('\n');
  for (const [at, line] of lines.entries()) {
    const condition = opened(line);
    if (condition !== null) guards.push(condition === '' || ALWAYS.includes(condition) ? null : condition);
    else if (/^#\s*endif/.test(line)) guards.pop();
    const macro = /^(module_param\w*)\(/.exec(line)?.[1];
    if (macro === undefined) continue;
    const statement = lines.slice(at, at + 4).join(' ');
    const parts = statement.slice(macro.length + 1, statement.indexOf(';')).split(',');
    found.push({ macro, parts: parts.map((part) => part.trim()), guard: guards.findLast((guard) => guard !== null) ?? null });
  }
  return found;
}

/**
 * Reads which parameters the modules of KVM have.
 * @param read the kernel tree
 * @returns the rows by module and file; a parameter behind a switch that is no option of the configuration is left out
 * @throws when a parameter has a type that is not known
 */
export function extractKvmParameters(read: ReadSource): KvmParameterRow[] {
  return FILES.flatMap(([module, file, needs]) =>
    declared(read(file) ?? '')
      .filter(({ guard }) => guard === null || guard.startsWith('CONFIG_'))
      .map(({ macro, parts, guard }): KvmParameterRow => [`${module}.${parts[0]}`, kindOf(macro, parts), guard ?? needs ?? null]),
  );
}
