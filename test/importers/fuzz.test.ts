import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { type Importer, type ImportInput, importers } from '../../src/importers/index.ts';
import { validators } from '../../src/schema/validate.ts';
import { fixture, textInput } from './inputs.ts';

/** A fixture of each format to damage. */
const samples: Readonly<Record<string, readonly string[]>> = {
  cpuid: ['cpuid-all.txt'],
  kcpuid: ['kcpuid.txt'],
  aida64: ['aida64-headed.txt', 'aida64-hybrid.txt', 'aida64-tabs.txt'],
  libcpuid: ['libcpuid.test'],
  hwloc: ['hwloc'],
  libvirt: ['libvirt.xml'],
  rjcp: ['rjcp.xml'],
  firecracker: ['firecracker-fingerprint.json', 'firecracker-template.json'],
  qemu: ['qemu.json', 'qemu-feature-words.json'],
  virsh: ['virsh-capabilities.xml', 'virsh-domcapabilities.xml'],
  lscpu: ['lscpu.txt', 'lscpu.json'],
  proc: ['cpuinfo', 'tree'],
};

/** Whatever comes in: profiles that the schema accepts or problems, a bounded number of them, and no exception. */
function survives(importer: Importer, input: ImportInput): void {
  const confidence = importer.detect(input);
  assert.ok(confidence >= 0 && confidence <= 1);
  const { profiles, problems } = importer.import(input);
  assert.ok(problems.length <= 101 * Math.max(1, input.files.length));
  assert.ok(profiles.length > 0 || problems.length > 0, `${importer.id} has neither a profile nor a problem`);
  for (const profile of profiles) assert.deepEqual(validators.profile(profile), []);
}

/** The name that makes an importer look at the file at all. */
const nameFor = (id: string): string => (id === 'hwloc' ? 'x/pu0' : id === 'proc' ? 'proc/cpuinfo' : 'dump');

for (const { id, load } of importers) {
  test(`${id}: random bytes and random words of the format`, async () => {
    const importer = await load();
    fc.assert(fc.property(fc.uint8Array({ maxLength: 3000 }), (bytes) => survives(importer, textInput(bytes, nameFor(id)))));
    const words = [
      'CPUID ',
      'MSR ',
      '00000000',
      '0x1',
      'eax=',
      '<cpuid ',
      '<a>',
      '</a>',
      '{',
      '}',
      '[',
      '"',
      ':',
      '=>',
      '\n',
      '\0',
      'processor\t: ',
      'flags: ',
      '\u2028',
      "'",
    ];
    fc.assert(fc.property(fc.array(fc.constantFrom(...words), { maxLength: 80 }), (parts) => survives(importer, textInput(parts.join(''), nameFor(id)))));
  });

  test(`${id}: fixtures cut off, and with bytes changed, doubled and swapped`, async () => {
    const importer = await load();
    for (const name of samples[id] ?? assert.fail(`no fixture of ${id}`)) {
      const whole = fixture(name);
      const damage = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 6 });
      fc.assert(
        fc.property(fc.nat(), fc.nat(), fc.nat(), damage, (which, cut, again, changes) => {
          const files = whole.files.map(({ name: file, bytes }, index) => {
            if (index !== which % whole.files.length) return { name: file, bytes };
            const broken = Uint8Array.from(bytes.subarray(0, bytes.length - (cut % (bytes.length + 1))));
            for (const [at, byte] of changes) if (broken.length > 0) broken[at % broken.length] = byte;
            const tail = broken.subarray(again % (broken.length + 1));
            return { name: file, bytes: Buffer.concat([broken, tail]) };
          });
          survives(importer, { name: whole.name, files });
        }),
        { numRuns: 60 },
      );
    }
  });
}

const MEGABYTE = 1024 * 1024;
const row = 'CPUID 00000000: 00000001-756E6547-6C65746E-49656E69\n';

/** Each is made when it is needed: together they would fill the memory themselves. */
const monsters: Readonly<Record<string, () => string | Uint8Array>> = {
  'one line of 100 MB': () => Buffer.alloc(100 * MEGABYTE, 'a'),
  'one line of 100 MB of digits and blanks': () => Buffer.alloc(100 * MEGABYTE, 'CPUID 0000 '),
  '16 MB of NUL': () => new Uint8Array(16 * MEGABYTE),
  '4 MB of line breaks': () => '\n'.repeat(4 * MEGABYTE),
  '4 MB of blanks and a word': () => `${' '.repeat(4 * MEGABYTE)}CPUID`,
  'a hundred thousand machines': () => row.replace('756E6547', '00000000').concat(row).repeat(50_000),
  'a million equal leaves': () => row + 'CPUID 00000004: 00000001-00000000-00000000-00000000\n'.repeat(200_000),
  'XML a million levels deep': () => `<cpuid>${'<a>'.repeat(MEGABYTE)}`,
  'unclosed markup': () => `<cpuid>${'<!x'.repeat(MEGABYTE)}`,
  'markup without an end': () => `<cpuid>${'<![CDATA[>'.repeat(MEGABYTE / 4)}`,
  'comments without an end': () => `<cpuid>${'<!-- >'.repeat(MEGABYTE / 4)}`,
  'attributes without an end': () => `<cpuid ${'a="1" '.repeat(MEGABYTE / 4)}`,
  'an entity bomb': () => `<!DOCTYPE x [<!ENTITY a "${'b'.repeat(1000)}">]><cpudata>${'&a;'.repeat(MEGABYTE)}</cpudata>`,
  'JSON a million levels deep': () => `{"model":{"props":${'['.repeat(MEGABYTE)}`,
  'JSON with a million keys': () => `{"model":{"props":{${'"a":1,'.repeat(MEGABYTE / 4)}"z":1}}}`,
  'JSON documents without end': () => '{"return":{"model":{"props":{}}}}\n'.repeat(100_000),
  'JSON after a million line breaks': () => `{"cpuid_modifiers"${'\n'.repeat(MEGABYTE)}!`,
  'a CPU with a million flags': () => `processor\t: 0\nvendor_id\t: x\nflags\t\t: ${'fpu '.repeat(MEGABYTE)}\n`,
  'a hundred thousand CPUs of cpuinfo': () => 'processor\t: 1\nvendor_id\t: GenuineIntel\nflags\t\t: fpu\n\n'.repeat(100_000),
};

for (const [what, make] of Object.entries(monsters)) {
  // The bound is for a hang, not for speed: each takes seconds at most on a slow machine.
  test(`no importer hangs or fills the memory: ${what}`, { timeout: 300_000 }, async () => {
    const bytes = make();
    for (const { id, load } of importers) survivesMonster(await load(), textInput(bytes, nameFor(id)));
  });
}

/** As survives(), without holding thousands of profiles against the schema one by one. */
function survivesMonster(importer: Importer, input: ImportInput): void {
  const before = process.memoryUsage().rss;
  importer.detect(input);
  const { profiles, problems } = importer.import(input);
  assert.ok(problems.length <= 101);
  for (const profile of profiles.slice(0, 3)) assert.deepEqual(validators.profile(profile), []);
  assert.ok(process.memoryUsage().rss - before < 1500 * MEGABYTE, `${importer.id} took more than 1.5 GB`);
}
