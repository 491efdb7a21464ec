import assert from 'node:assert/strict';
import test from 'node:test';
import { extractKvmParameters } from '../../../src/build/tables/extract-kvm-parameters.ts';

const FILES: Readonly<Record<string, string>> = {
  'arch/x86/kvm/x86.c': 'static bool __read_mostly one = true;\nmodule_param(one, bool, 0444);\nmodule_param(two, bint, S_IRUGO | S_IWUSR);\n',
  'arch/x86/kvm/mmu/mmu.c': `
module_param_cb(pages, &pages_ops, &pages, 0644);
#ifdef MMU_DEBUG
module_param(debug, bool, 0644);
#endif
#ifdef CONFIG_X86_64
module_param_named(wide, wide_enabled, uint, 0444);
#endif
`,
  'arch/x86/kvm/vmx/vmx.c': `
#ifdef CONFIG_BROKEN
#if defined(OTHER) || 1
module_param(trace, int, S_IRUGO);
#endif
#endif
#if IS_ENABLED(CONFIG_HYPERV)
module_param(enlightened, bool, 0444);
#endif
module_param_named(guest,
			enable_guest, bool, 0444);
`,
  'arch/x86/kvm/svm/sev.c': 'module_param_named(sev, sev_enabled, bool, 0444);\n',
};

test('module parameters: name, type, and what must be built in', () => {
  assert.deepEqual(
    extractKvmParameters((path) => FILES[path] ?? null),
    [
      ['kvm.one', 'bool', null],
      ['kvm.two', 'bool', null],
      ['kvm.pages', 'callback', null],
      ['kvm.wide', 'uint', null],
      ['kvm_intel.trace', 'int', 'CONFIG_BROKEN'],
      ['kvm_intel.enlightened', 'bool', 'CONFIG_HYPERV'],
      ['kvm_intel.guest', 'bool', null],
      ['kvm_amd.sev', 'bool', 'CONFIG_KVM_AMD_SEV'],
    ],
  );
});

test('a type that is not known is no parameter to guess about', () => {
  assert.throws(() => extractKvmParameters((path) => (path === 'arch/x86/kvm/x86.c' ? 'module_param(odd, charp, 0444);\n' : null)), /type charp/);
});
