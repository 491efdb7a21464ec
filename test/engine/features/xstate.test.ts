import assert from 'node:assert/strict';
import test from 'node:test';
import { AVX_STATE, bootFeatures, LINES, type MadeUpCpu } from './synthetic-boot.ts';

const PKRU = { 'd.9.eax': 8, 'd.9.ebx': 0xa80 };
const plain = (registers: Record<string, number>, features: readonly string[] = []): MadeUpCpu => ({ features: ['XSAVE', 'AVX', ...features], registers });

test('sizes that hold together keep XSAVE', async () => {
  for (const line of LINES) {
    const standard = await bootFeatures(line, plain({ ...AVX_STATE }));
    assert.deepEqual([standard.has('AVX'), standard.has('OSXSAVE'), standard.has('XCOMPACTED')], [true, true, false]);
    const compacted = await bootFeatures(line, plain({ ...AVX_STATE }, ['XSAVEC']));
    assert.deepEqual([compacted.has('AVX'), compacted.has('XCOMPACTED')], [true, true]);
    assert.equal(compacted.b.taints.size, 0);
  }
});

test('a size that no set of components explains takes XSAVE and all that needs it away, and warns', async () => {
  for (const line of LINES)
    for (const [registers, features] of [
      [{ ...AVX_STATE, 'd.0.ebx': 0x388 }, []],
      [{ ...AVX_STATE, 'd.1.ebx': 0x388 }, ['XSAVEC', 'FMA']],
    ] as const) {
      const { has, b } = await bootFeatures(line, plain(registers, features));
      for (const feature of ['XSAVE', 'AVX', 'FMA', 'OSXSAVE']) assert.equal(has(feature), false, `${line} ${feature}`);
      assert.ok(b.taints.has('WARN'));
    }
});

test('a size taken out of reset, with other options or with supervisor states of another kernel is no contradiction', async () => {
  const keys = { 'd.0.eax': 0x207, 'd.0.ebx': 0xa88, ...PKRU };
  for (const line of LINES) {
    for (const size of [0, 0x240, 0x340, 0xa88])
      assert.equal((await bootFeatures(line, plain({ ...AVX_STATE, ...keys, 'd.0.ebx': size }, ['PKU']))).has('AVX'), true, `${line} ${size}`);
    const nopku = await bootFeatures(line, plain({ ...AVX_STATE, ...keys }, ['PKU']), { cmdline: 'nopku' });
    assert.equal(nopku.has('AVX'), true, line);
    const lbr = { ...AVX_STATE, 'd.1.ecx': 1 << 15, 'd.1.ebx': 0x340 + 0x328, 'd.f.eax': 0x328, 'd.f.ecx': 1 };
    assert.equal((await bootFeatures(line, plain(lbr, ['XSAVES', 'XSAVEC']))).has('AVX'), true);
  }
});

test('supervisor states without XSAVES, aligned components, structures of another size', async () => {
  for (const line of LINES) {
    const aligned = { ...AVX_STATE, 'd.0.eax': 0x207, 'd.9.eax': 8, 'd.9.ebx': 0xa80, 'd.9.ecx': 2, 'd.1.ebx': 0x348 };
    assert.equal((await bootFeatures(line, plain(aligned, ['PKU', 'XSAVEC']))).has('AVX'), true);
    const odd = { ...AVX_STATE, 'd.2.eax': 0x110, 'd.0.ebx': 0x350 };
    const { has, b } = await bootFeatures(line, plain(odd));
    assert.deepEqual([has('AVX'), b.taints.has('WARN')], [true, true], 'the kernel warns and goes on');
    const supervisor = { ...AVX_STATE, 'd.2.ecx': 1 };
    assert.equal((await bootFeatures(line, plain(supervisor))).has('XSAVE'), false, 'AVX as a supervisor state cannot be saved');
  }
});

test('no x87 or SSE state, and APX next to MPX', async () => {
  for (const line of LINES) assert.equal((await bootFeatures(line, plain({ ...AVX_STATE, 'd.0.eax': 4 }))).has('XSAVE'), false);
  const both = { ...AVX_STATE, 'd.0.eax': 0x8001f, 'd.3.eax': 64, 'd.3.ebx': 0x3c0, 'd.4.eax': 64, 'd.4.ebx': 0x400, 'd.13.eax': 128, 'd.13.ebx': 0x3c0 };
  assert.equal((await bootFeatures('7.2', plain({ ...both, 'd.0.ebx': 0x440 }, ['MPX', 'APX']))).has('XSAVE'), false);
  assert.equal((await bootFeatures('6.12', plain({ ...both, 'd.0.ebx': 0x440 }, ['MPX']))).has('XSAVE'), true);
});

test('a component of which the profile does not say the size is no contradiction, and no reason to warn', async () => {
  const withPt = { ...AVX_STATE, 'd.1.ecx': 0x100, 'd.1.ebx': 0x3c0 };
  for (const line of LINES) {
    const absent = await bootFeatures(line, { ...plain(withPt, ['XSAVES', 'XSAVEC']), absentMsrs: 'unknown' });
    assert.deepEqual([absent.has('AVX'), absent.b.taints.size], [true, 0]);
    // What a tool could not read it writes as zeros; no CPU has a component without a size.
    const zeros = await bootFeatures(line, plain({ ...AVX_STATE, 'd.2.eax': 0, 'd.2.ebx': 0 }));
    assert.deepEqual([zeros.has('AVX'), zeros.b.taints.size, zeros.b.trace.unknown.has('cpuid:d.2.eax[0]')], [true, 0, true]);
  }
});

test('a size taken under a system that enables less, or components from 32 on, is no contradiction', async () => {
  const avx512 = { 'd.0.eax': 0xe7, 'd.5.eax': 64, 'd.5.ebx': 0x440, 'd.6.eax': 0x200, 'd.6.ebx': 0x480, 'd.7.eax': 0x400, 'd.7.ebx': 0x680 };
  const lwp = { 'd.0.ebx': 0x3c0, 'd.0.edx': 1 << 30, 'd.3e.eax': 0x80, 'd.3e.ebx': 0x340 };
  for (const line of LINES) {
    const old = await bootFeatures(line, plain({ ...AVX_STATE, ...avx512 }, ['AVX512F']));
    assert.deepEqual([old.has('AVX512F'), old.b.taints.size], [true, 0]);
    assert.equal((await bootFeatures(line, plain({ ...AVX_STATE, ...lwp }))).has('AVX'), true);
  }
});

test('a leaf 0xd with every component there can be is summed up in bounded time', async () => {
  const registers: Record<string, number> = { 'd.0.eax': 0xffff_ffff, 'd.0.edx': 0xffff_ffff, 'd.1.ebx': 0xffff_fff1 };
  for (let number = 2; number < 63; number += 1) Object.assign(registers, { [`d.${number.toString(16)}.eax`]: 2 ** (number % 31) + number });
  assert.equal((await bootFeatures('6.12', plain(registers, ['XSAVEC']))).has('AVX'), false);
});

test('CPUID levels that are capped take features that need them', async () => {
  for (const line of LINES) {
    assert.equal((await bootFeatures(line, { ...plain({ ...AVX_STATE }), level: 0xc })).has('AVX'), false);
    assert.equal((await bootFeatures(line, { features: ['MWAIT'], level: 4 })).has('MWAIT'), false);
    assert.equal((await bootFeatures(line, { features: ['DCA'], level: 8 })).has('DCA'), false);
    assert.equal((await bootFeatures(line, { features: ['DCA'], level: 9 })).has('DCA'), true);
  }
});
