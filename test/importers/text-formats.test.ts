import assert from 'node:assert/strict';
import test from 'node:test';
import { etallen } from '../../src/importers/etallen.ts';
import { hwloc } from '../../src/importers/hwloc.ts';
import { kcpuid } from '../../src/importers/kcpuid.ts';
import { libcpuid } from '../../src/importers/libcpuid.ts';
import { libvirtXml } from '../../src/importers/libvirt-xml.ts';
import { rjcpXml } from '../../src/importers/rjcp-xml.ts';
import type { Importer } from '../../src/importers/types.ts';
import { textInput } from './inputs.ts';

/** A file of each format with one damaged row between good ones, and the line the damage is in. */
const damaged: readonly (readonly [importer: Importer, text: string, line: string])[] = [
  [
    etallen,
    'CPU 0:\n   0x00000000 0x00: eax=0x00000001 ebx=0x756e6547 ecx=0x6c65746e edx=0x49656e69\n   0x00000001 0x00: eax=0x00050657 ebx=0x00000000 ecx=0x00000000 edx=0x00000000\n   0x00000002 0x00: eax=0x0000',
    'line 4',
  ],
  [
    kcpuid,
    '0x00000000: EAX=0x00000001, EBX=0x756e6547, ECX=0x6c65746e, EDX=0x49656e69\n0x00000001: EAX=0x00050657, EBX=0x0, ECX=0x0, EDX=0x0\n0x00000004: subleafs:\n  0: EAX=0x1, EBX=0x2, ECX=zz, EDX=0x0\n',
    'line 4',
  ],
  [libcpuid, 'basic_cpuid[0]=00000001 756e6547 6c65746e 49656e69\nbasic_cpuid[1]=00050657 00000000 00000000 00000000\nbasic_cpuid[2]=0000\n', 'line 3'],
  [
    libvirtXml,
    "<cpudata arch='x86'>\n<cpuid eax_in='0x0' eax='0x1' ebx='0x756e6547' ecx='0x6c65746e' edx='0x49656e69'/>\n<cpuid eax_in='0x1' eax='0x50657'/>\n<cpuid eax_in='0x7' eax='seven'/>\n</cpudata>\n",
    'line 4',
  ],
  [
    rjcpXml,
    '<cpuid>\n<processor>\n<register eax="0" ecx="0">1,756E6547,6C65746E,49656E69</register>\n<register eax="1" ecx="0">50657,0,0,0</register>\n<register eax="2" ecx="0">1,2,3</register>\n</processor>\n</cpuid>',
    'line 5',
  ],
  [hwloc, '# mask e[abcd]x => e[abcd]x\n1 0 0 0 0 => 1 756e6547 6c65746e 49656e69\n1 1 0 0 0 => 50657 0 0 0\n1 2 0 0 => 1 2 3 4\n', 'line 4'],
];

for (const [importer, text, line] of damaged) {
  test(`${importer.id}: a damaged row is named with its line, and the rest is read`, () => {
    const name = importer === hwloc ? 'pu0' : 'dump';
    const outcome = importer.import(textInput(text, name));
    assert.deepEqual(
      outcome.problems.map(({ code, file, path }) => [code, file, path]),
      [['damaged-row', name, line]],
    );
    assert.deepEqual(
      outcome.profiles.map(({ cpuid, microcode }) => [cpuid.length, microcode.revision]),
      [[2, '0x0']],
    );
    assert.match(outcome.profiles[0]?.source.notes?.join() ?? '', /microcode revision is not known/);
  });
}

test('XML that ends too early, or is no XML behind some point, is a problem with a line', () => {
  const cut = libvirtXml.import(textInput("<cpudata arch='x86'>\n<cpuid eax_in='0x0' eax='0x1'/>\n"));
  assert.deepEqual(
    cut.problems.map(({ code, path }) => [code, path]),
    [
      ['xml-truncated', 'line 3'],
      ['leaf-missing', 'line 2'],
    ],
  );
  const crossed = libvirtXml.import(textInput('<cpudata>\n<a>\n</cpudata>'));
  assert.deepEqual(
    crossed.problems.map(({ code, path }) => [code, path]),
    [['bad-xml', 'line 3']],
  );
});

test('a dump of another architecture is refused in words', () => {
  const outcome = libvirtXml.import(textInput("<cpudata arch='aarch64'></cpudata>"));
  assert.deepEqual(
    outcome.problems.map(({ code }) => code),
    ['not-x86'],
  );
});

test('a file without rows says what a row looks like', () => {
  for (const importer of [etallen, kcpuid, libcpuid, libvirtXml, rjcpXml]) {
    const outcome = importer.import(textInput('nothing of the kind\n'));
    assert.deepEqual(outcome.profiles, []);
    assert.deepEqual(
      outcome.problems.map(({ code }) => code),
      ['no-registers'],
      importer.id,
    );
  }
});

test('old cpuid without subleaves counts them up', () => {
  const row = (leaf: number, eax: number): string => `   0x${leaf.toString(16).padStart(8, '0')}: eax=0x${eax.toString(16)} ebx=0x0 ecx=0x0 edx=0x0\n`;
  const profile = etallen.import(textInput(`CPU:\n${row(0, 4)}${row(1, 0x50657)}${row(4, 1)}${row(4, 2)}`)).profiles[0];
  assert.deepEqual(
    profile?.cpuid.map(({ leaf, subleaf }) => `${leaf}.${subleaf}`),
    ['0x0.0x0', '0x1.0x0', '0x4.0x0', '0x4.0x1'],
  );
});
