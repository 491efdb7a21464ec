import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { hex, hex32 } from '../../src/base/hex.ts';
import type { CpuidRow, Profile } from '../../src/data/contract/profile.ts';
import { etallen } from '../../src/importers/etallen.ts';
import { exporters } from '../../src/importers/export/index.ts';
import { detectImporter } from '../../src/importers/index.ts';
import { libvirtXml } from '../../src/importers/libvirt-xml.ts';
import { validators } from '../../src/schema/validate.ts';
import { fixture, registers, textInput } from './inputs.ts';

const word = fc.integer({ min: 0, max: 0xffff_ffff });
const leaf = fc.oneof(
  fc.integer({ min: 2, max: 0x40 }),
  fc.integer({ min: 0x8000_0000, max: 0x8000_0030 }),
  fc.constantFrom(0x4000_0000, 0xc000_0000, 0xffff_fffe),
);

/** Rows of one CPU: leaf 0 with a known vendor, leaf 1, and others. */
const cpuRows = (vendor: readonly [number, number, number]): fc.Arbitrary<CpuidRow[]> =>
  fc
    .uniqueArray(fc.record({ leaf, subleaf: fc.integer({ min: 0, max: 40 }), words: fc.tuple(word, word, word, word) }), {
      maxLength: 40,
      selector: (row) => `${row.leaf}.${row.subleaf}`,
    })
    .map((rows) => {
      const text = ({ leaf: at, subleaf, words: [eax, ebx, ecx, edx] }: (typeof rows)[number]): CpuidRow => ({
        leaf: hex(at),
        subleaf: hex(subleaf),
        eax: hex32(eax),
        ebx: hex32(ebx),
        ecx: hex32(ecx),
        edx: hex32(edx),
      });
      const [ebx, ecx, edx] = vendor;
      const first = { leaf: 0, subleaf: 0, words: [0x20, ebx, ecx, edx] as [number, number, number, number] };
      const second = { leaf: 1, subleaf: 0, words: [0x50657, 0x800, 0, 0] as [number, number, number, number] };
      return [first, second, ...rows.sort((a, b) => a.leaf - b.leaf || a.subleaf - b.subleaf)].map(text);
    });

const INTEL = [0x756e_6547, 0x6c65_746e, 0x4965_6e69] as const;
const AMD = [0x6874_7541, 0x444d_4163, 0x6974_6e65] as const;

const profiles: fc.Arbitrary<Profile> = fc.constantFrom(INTEL, AMD).chain((vendor) =>
  fc.record({
    schema: fc.constant('cpueval/profile/1' as const),
    id: fc.constant('generated'),
    title: fc.string({ minLength: 1 }).map((text) => `x${text}`),
    source: fc.constant({ kind: 'synthetic' as const, from: 'test' }),
    cpuid: cpuRows(vendor),
    msrs: fc.dictionary(
      word.filter((index) => index !== 0x8b && index !== 0x17).map((index) => hex(index)),
      fc.option(fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn }).map((value) => hex(value))),
      { maxKeys: 12 },
    ),
    microcode: fc.record({ revision: word.map((value) => hex(value)) }),
  }),
);

test('cpuid -r: every row of every kind of core comes back', () => {
  const hybrid = fc.tuple(profiles, fc.uniqueArray(fc.integer({ min: 0, max: 200 }), { maxLength: 5 })).map(([profile, cpus]) => {
    // Leaf 0x1a makes the other core truly another one; the same row in the first would make them equal.
    const own = profile.cpuid.filter((row) => row.leaf !== '0x1a');
    const core: CpuidRow = { leaf: '0x1a', subleaf: '0x0', eax: '0x20000001', ebx: '0x00000000', ecx: '0x00000000', edx: '0x00000000' };
    return { ...profile, cpuid: own, ...(cpus.length > 0 ? { otherCores: [{ cpus, cpuid: [...own, core] }] } : {}) } as Profile;
  });
  return exporters[0]?.load().then((exporter) =>
    fc.assert(
      fc.property(hybrid, (profile) => {
        const { profiles: back, problems } = etallen.import(textInput(exporter.write(profile)));
        assert.deepEqual(problems, []);
        assert.equal(back.length, 1);
        assert.deepEqual(registers(back[0]?.cpuid), registers(profile.cpuid));
        assert.equal(back[0]?.otherCores?.length, profile.otherCores?.length);
        for (const [index, core] of (profile.otherCores ?? []).entries()) {
          assert.deepEqual([...(back[0]?.otherCores?.[index]?.cpus ?? [])].sort(), [...core.cpus].sort());
          assert.deepEqual(registers(back[0]?.otherCores?.[index]?.cpuid), registers(core.cpuid));
        }
      }),
    ),
  );
});

test('libvirt: every row, every MSR that can be read, and the revision come back', async () => {
  const exporter = await (exporters[1] ?? assert.fail()).load();
  fc.assert(
    fc.property(profiles, (profile) => {
      const { profiles: back, problems } = libvirtXml.import(textInput(exporter.write(profile)));
      assert.deepEqual(problems, []);
      assert.deepEqual(registers(back[0]?.cpuid), registers(profile.cpuid));
      assert.equal(Number(back[0]?.microcode.revision), Number(profile.microcode.revision));
      const readable = Object.entries(profile.msrs ?? {}).filter(([, value]) => value !== null);
      for (const [index, value] of readable) assert.equal(back[0]?.msrs?.[index], value, index);
      const added = Object.keys(back[0]?.msrs ?? {}).length - readable.length;
      assert.equal(added, Number(profile.microcode.revision) === 0 ? 0 : 1, 'only the MSR of the revision');
      const faults = Object.values(profile.msrs ?? {}).includes(null);
      assert.equal(exporter.lost(profile).join().includes('fault'), faults, 'what is lost is said');
    }),
  );
});

test('what was exported and imported once stays the same from then on', async () => {
  for (const { id, load } of exporters) {
    const exporter = await load();
    for (const file of ['aida64-hybrid.txt', 'libvirt.xml', 'firecracker-fingerprint.json']) {
      const profile = (await detectImporter(fixture(file)))?.import(fixture(file)).profiles[0] as Profile;
      const text = exporter.write(profile);
      const input = textInput(text, 'again');
      const importer = await detectImporter(input);
      assert.equal(importer?.id, id, `${file} as ${id}`);
      const back = importer?.import(input).profiles[0] as Profile;
      assert.deepEqual(validators.profile(back), []);
      assert.equal(exporter.write(back), text);
    }
  }
});

test('a title cannot break out of the comment it is written in', async () => {
  const exporter = await (exporters[1] ?? assert.fail()).load();
  const profile = libvirtXml.import(fixture('libvirt.xml')).profiles[0] as Profile;
  const text = exporter.write({ ...profile, title: 'a --> <msr index="0x10a" eax="0x1" edx="0x0"/> <!-- ---' });
  assert.deepEqual(libvirtXml.import(textInput(text)).profiles[0]?.msrs, profile.msrs);
  assert.doesNotMatch(text.split('\n')[0]?.slice(4, -3) ?? '', /--/);
});
