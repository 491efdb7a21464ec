import assert from 'node:assert/strict';
import test from 'node:test';
import { bootFeatures, LINES, type Line, type MadeUpCpu } from './synthetic-boot.ts';

const cpu = (family: number, model: number, stepping = 0, more: Partial<MadeUpCpu> = {}): MadeUpCpu => ({
  vendor: 'AuthenticAMD',
  family,
  model,
  stepping,
  revision: 0,
  ...more,
});
const later = (line: Line): boolean => line !== '6.1';

test('AMD needs no fence, has VMMCALL and lacks SS attributes after SYSRET', async () => {
  for (const line of LINES) {
    const { has, hasBug } = await bootFeatures(line, cpu(0x17, 0x31));
    assert.deepEqual(
      [has('APIC_MSRS_FENCE'), has('VMMCALL'), has('K8'), has('SYSCALL32'), has('ARAT'), hasBug('SYSRET_SS_ATTRS')],
      [false, true, true, true, true, true],
    );
    assert.equal((await bootFeatures(line, cpu(0x11, 3))).has('ARAT'), false);
  }
});

test('bit 31 of word 0 is kept by the newest line alone', async () => {
  for (const line of LINES)
    for (const vendor of ['AuthenticAMD', 'HygonGenuine'])
      assert.equal((await bootFeatures(line, cpu(0x18, 1, 0, { vendor, features: ['PBE'] }))).has('PBE'), line === '7.2');
});

test('K8: string instructions by signature, LAHF by model, its two errata', async () => {
  for (const line of LINES) {
    assert.equal((await bootFeatures(line, cpu(0xf, 4, 8))).has('REP_GOOD'), true);
    assert.equal((await bootFeatures(line, cpu(0xf, 5, 0))).has('REP_GOOD'), false);
    assert.equal((await bootFeatures(line, cpu(0xf, 5, 8))).has('REP_GOOD'), true);
    assert.equal((await bootFeatures(line, cpu(0xf, 0x13, 0, { features: ['LAHF_LM'] }))).has('LAHF_LM'), false);
    assert.equal((await bootFeatures(line, cpu(0xf, 0x13, 0, { features: ['LAHF_LM', 'HYPERVISOR'] }))).has('LAHF_LM'), true);
    assert.equal((await bootFeatures(line, cpu(0xf, 0x14, 0, { features: ['LAHF_LM'] }))).has('LAHF_LM'), true);
    for (const [model, stepping, expected] of [
      [0x41, 1, false],
      [0x41, 2, true],
      [0x42, 0, true],
    ] as const) {
      const { hasBug } = await bootFeatures(line, cpu(0xf, model, stepping));
      assert.equal(hasBug('AMD_E400'), expected, `${line} ${model}/${stepping}`);
      assert.equal(hasBug('SWAPGS_FENCE'), true);
    }
  }
});

test('family 0x10: TLB and idle errata, told by OSVW in the oldest line', async () => {
  for (const line of LINES) {
    const plain = await bootFeatures(line, cpu(0x10, 2, 1));
    assert.deepEqual([plain.hasBug('AMD_TLB_MMATCH'), plain.hasBug('AMD_E400')], [true, true]);
    assert.equal((await bootFeatures(line, cpu(0x10, 2, 0))).hasBug('AMD_E400'), false);
    const osvw = await bootFeatures(line, cpu(0x10, 2, 1, { features: ['OSVW'], msrs: { 3221291328: 4n, 3221291329: 0n } }));
    assert.deepEqual([osvw.hasBug('AMD_TLB_MMATCH'), osvw.hasBug('AMD_E400')], [later(line), later(line)]);
    const short = await bootFeatures(line, cpu(0x10, 2, 0, { features: ['OSVW'], msrs: { 3221291328: 2n, 3221291329: 2n } }));
    assert.deepEqual([short.hasBug('AMD_TLB_MMATCH'), short.hasBug('AMD_E400')], [true, !later(line)]);
  }
});

test('C1E shows on CPU 0 only where it is copied after ACPI', async () => {
  for (const line of LINES) {
    const { b, hasBug } = await bootFeatures(line, cpu(0x10, 2, 1, { msrs: { 3221291093: 0x1000_0000n } }));
    assert.equal(hasBug('AMD_APIC_C1E'), line === '6.1');
    assert.equal(b.bug('AMD_APIC_C1E'), true);
    assert.equal((await bootFeatures(line, cpu(0x10, 2, 1))).b.bug('AMD_APIC_C1E'), false);
  }
});

test('extended APIC IDs: by family, or as the northbridge says, where PCI is built', async () => {
  for (const line of LINES) {
    assert.equal((await bootFeatures(line, cpu(0x17, 0x31))).flags.includes('extd_apicid'), true);
    assert.equal((await bootFeatures(line, cpu(0x15, 2, 0, { behaviours: { pciConfigReadsOnes: false } }))).has('EXTD_APICID'), false);
    assert.equal((await bootFeatures(line, cpu(0x15, 2, 0, { behaviours: { pciConfigReadsOnes: true } }))).has('EXTD_APICID'), true);
    assert.equal((await bootFeatures(line, cpu(0x17, 0x31), { options: { CONFIG_PCI: 'n' } })).has('EXTD_APICID'), false);
  }
});

test('SME and SEV: off in firmware, SMM not locked, asked for or not', async () => {
  const features = (line: Line): string[] => ['SME', 'SEV', 'SEV_ES', ...(later(line) ? ['SEV_SNP'] : [])];
  for (const line of LINES) {
    const off = await bootFeatures(line, cpu(0x19, 1, 1, { features: features(line) }));
    for (const feature of features(line)) assert.equal(off.has(feature), false, `${line} ${feature}`);
    const unlocked = await bootFeatures(line, cpu(0x19, 1, 1, { features: features(line), msrs: { 3221291024: 1n << 23n } }));
    assert.deepEqual([unlocked.has('SME'), unlocked.has('SEV'), unlocked.has('SEV_ES')], [false, false, false]);
    const ready = { 3221291024: 1n << 23n, 3221291029: 1n };
    const locked = await bootFeatures(line, cpu(0x19, 1, 1, { features: features(line), msrs: ready, registers: { '8000001f.0.ebx': 5 << 6 } }));
    assert.deepEqual([locked.has('SME'), locked.has('SEV'), locked.has('SEV_ES'), locked.cpu0.physBits], [false, true, true, 0x28 - 5]);
    const options = { CONFIG_AMD_MEM_ENCRYPT: 'y' };
    const asked = await bootFeatures(line, cpu(0x19, 1, 1, { features: features(line), msrs: ready }), { cmdline: 'mem_encrypt=on', options });
    assert.equal(asked.has('SME'), true);
  }
});

test('an SEV-SNP host needs a known part and memory that firmware has set aside', async () => {
  const msrs = { 3221291024: 1n << 23n, 3221291029: 1n, 3221291314: 0x1000_0000n, 3221291315: 0x1fff_ffffn };
  const options = { CONFIG_ARCH_HAS_CC_PLATFORM: 'y', CONFIG_KVM_AMD_SEV: 'y' };
  const features = ['SME', 'SEV', 'SEV_ES', 'SEV_SNP'];
  for (const line of LINES.filter(later)) {
    assert.equal((await bootFeatures(line, cpu(0x19, 1, 1, { features, msrs }), { options })).flags.includes('sev_snp'), true, line);
    assert.equal((await bootFeatures(line, cpu(0x19, 1, 1, { features, msrs: { ...msrs, 3221291315: 0n } }), { options })).has('SEV_SNP'), false);
    assert.equal((await bootFeatures(line, cpu(0x19, 1, 1, { features, msrs }), { options: { ...options, CONFIG_KVM_AMD_SEV: 'n' } })).has('SEV_SNP'), false);
    assert.equal((await bootFeatures(line, cpu(0x19, 1, 1, { features: [...features, 'HYPERVISOR'], msrs }), { options })).has('SEV_SNP'), false);
    // Zen 5 without RMPREAD: any family from 0x19 on at first, only known table formats later.
    assert.equal((await bootFeatures(line, cpu(0x1a, 2, 1, { features, msrs }), { options })).has('SEV_SNP'), line === '6.12');
    assert.equal((await bootFeatures(line, cpu(0x19, 1, 1, { features, msrs }), { options, cmdline: 'sev=debug,nosnp' })).has('SEV_SNP'), line === '6.12');
  }
});

test('the newest line takes the table in pieces, of a size that CPUID allows', async () => {
  const options = { CONFIG_ARCH_HAS_CC_PLATFORM: 'y', CONFIG_KVM_AMD_SEV: 'y' };
  const registers = { '80000025.0.eax': (40 << 6) | 30 };
  const boot = (shift: number, over: Record<number, bigint> = {}) => {
    const msrs = { 3221291024: 1n << 23n, 3221291029: 1n, 3221291314: 0x1000_0000n, 3221291318: (BigInt(shift) << 8n) | 1n, ...over };
    const features = ['SME', 'SEV', 'SEV_ES', 'SEV_SNP', 'RMPREAD', 'SEGMENTED_RMP'];
    return bootFeatures('7.2', cpu(0x1a, 2, 1, { features, msrs, registers, revision: 0xb002151 }), { options });
  };
  for (const [shift, expected] of [
    [29, false],
    [30, true],
    [40, true],
    [41, false],
  ] as const)
    assert.equal((await boot(shift)).has('SEV_SNP'), expected, String(shift));
  const nothing = await boot(30, { 3221291314: 0n });
  assert.deepEqual([nothing.has('SEV_SNP'), nothing.b.taints.has('WARN')], [false, false]);
  const both = await boot(30, { 3221291315: 0x1fff_ffffn });
  assert.deepEqual([both.has('SEV_SNP'), both.b.taints.has('WARN')], [true, true]);
  // The switch off: the table in one piece, of which this firmware gives no end.
  assert.equal((await boot(30, { 3221291318: 30n << 8n })).has('SEV_SNP'), false);
});

test('SBPB and the flush of branch types are found by trying, by the later lines', async () => {
  for (const line of LINES) {
    const zen3 = await bootFeatures(line, cpu(0x19, 1, 1));
    assert.deepEqual([zen3.has('SBPB'), zen3.has('IBPB_BRTYPE')], [later(line), later(line)]);
    const refused = await bootFeatures(line, cpu(0x19, 1, 1, { msrWritable: { 73: 1n } }));
    assert.deepEqual([refused.has('SBPB'), refused.has('IBPB_BRTYPE')], [false, false]);
    const zen2 = await bootFeatures(line, cpu(0x17, 0x31, 0, { features: ['AMD_IBPB'] }));
    assert.deepEqual([zen2.has('SBPB'), zen2.has('IBPB_BRTYPE')], [false, later(line)]);
    assert.equal((await bootFeatures(line, cpu(0x19, 1, 1, { features: ['HYPERVISOR'] }))).has('SBPB'), false);
  }
});

test('SSBD by LS_CFG on families 0x15 to 0x17 and Hygon', async () => {
  for (const line of LINES) {
    for (const family of [0x15, 0x16, 0x17]) assert.equal((await bootFeatures(line, cpu(family, 0x31))).flags.includes('ssbd'), true);
    for (const family of [0x14, 0x19]) assert.equal((await bootFeatures(line, cpu(family, 1))).has('SSBD'), false);
    assert.equal((await bootFeatures(line, cpu(0x17, 0x31, 0, { msrs: { 3221295136: null } }))).has('SSBD'), false);
    assert.equal((await bootFeatures(line, cpu(0x17, 0x31, 0, { absentMsrs: 'unknown' }))).has('LS_CFG_SSBD'), true);
    const real = await bootFeatures(line, cpu(0x17, 0x31, 0, { features: ['AMD_SSBD'] }));
    assert.deepEqual([real.has('SSBD'), real.has('LS_CFG_SSBD')], [true, false]);
    const both = await bootFeatures(line, cpu(0x17, 0x31, 0, { features: ['AMD_SSBD', 'VIRT_SSBD'] }));
    assert.equal(both.has('VIRT_SSBD'), false);
    assert.equal((await bootFeatures(line, cpu(0x18, 0, 1, { vendor: 'HygonGenuine' }))).has('LS_CFG_SSBD'), true);
  }
});

test('SVM that firmware has locked out', async () => {
  for (const line of LINES)
    for (const vendor of ['AuthenticAMD', 'HygonGenuine']) {
      const locked = await bootFeatures(line, cpu(0x18, 1, 0, { vendor, features: ['SVM'], msrs: { 3221291284: 0x10n } }));
      assert.equal(locked.flags.includes('svm'), line === '6.1');
      assert.equal((await bootFeatures(line, cpu(0x18, 1, 0, { vendor, features: ['SVM'] }))).has('SVM'), true);
    }
});

test('null segments: enumerated, tried, believed in a guest', async () => {
  const enumerated = { registers: { '80000021.0.eax': 1 << 6 } };
  for (const line of LINES) {
    assert.equal((await bootFeatures(line, cpu(0x19, 1, 1, enumerated))).hasBug('NULL_SEG'), false);
    assert.equal((await bootFeatures(line, cpu(0x19, 1, 1))).bugs.includes('null_seg'), true);
    assert.equal((await bootFeatures(line, cpu(0x17, 0x31))).hasBug('NULL_SEG'), false, 'Zen 2 clears the base');
    assert.equal((await bootFeatures(line, cpu(0x17, 0x01))).hasBug('NULL_SEG'), true, 'Zen 1 does not');
    assert.equal((await bootFeatures(line, cpu(0x17, 0x01, 0, { behaviours: { nullSelectorClearsBase: true } }))).hasBug('NULL_SEG'), false);
    assert.equal((await bootFeatures(line, cpu(0x17, 0x31, 0, { features: ['HYPERVISOR'] }))).hasBug('NULL_SEG'), true);
  }
});

test('RDRAND is hidden on families 0x15 and 0x16 where the override MSR works', async () => {
  const msrs = { 3221295108: 1n << 62n };
  const options = { CONFIG_PM_SLEEP: 'y' };
  for (const line of LINES)
    for (const family of [0x15, 0x16]) {
      const part = cpu(family, 2, 0, { features: ['RDRAND'], msrs });
      assert.equal((await bootFeatures(line, part, { options })).has('RDRAND'), false);
      assert.equal((await bootFeatures(line, { ...part, msrs: {} }, { options })).has('RDRAND'), true);
      assert.equal((await bootFeatures(line, part, { options, cmdline: 'rdrand=force' })).has('RDRAND'), true);
      assert.equal((await bootFeatures(line, part, { options: { CONFIG_PM_SLEEP: 'n' } })).has('RDRAND'), true);
    }
});

test('FXSAVE leaks without the error pointer, PREFETCHW comes with long mode, K6 has no machine checks', async () => {
  for (const line of LINES) {
    assert.equal((await bootFeatures(line, cpu(0x17, 0x31, 0, { features: ['XSAVEERPTR'] }))).hasBug('FXSAVE_LEAK'), false);
    assert.equal((await bootFeatures(line, cpu(0x17, 0x31))).hasBug('FXSAVE_LEAK'), true);
    assert.equal((await bootFeatures(line, cpu(0x17, 0x31))).flags.includes('3dnowprefetch'), true);
    assert.equal((await bootFeatures(line, cpu(5, 1, 0, { features: ['MCE'] }))).has('MCE'), false);
    assert.equal((await bootFeatures(line, cpu(0x17, 0x31, 0, { features: ['FSRM'] }))).has('FSRS'), later(line));
  }
});

test('user space can be kept from CPUID on newer parts', async () => {
  const { flags } = await bootFeatures('7.2', cpu(0x19, 1, 1, { features: ['GP_ON_USER_CPUID'] }));
  assert.ok(flags.includes('cpuid_fault'));
});
