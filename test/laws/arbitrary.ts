import fc from 'fast-check';
import { cpuidBits, msrBits } from '../../src/data/bits/index.ts';
import type { Blob, BlobEffect } from '../../src/data/contract/blob.ts';
import type { Profile } from '../../src/data/contract/profile.ts';
import { type ColdRecording, recordings } from '../golden/recordings.ts';

const bits = [...cpuidBits, ...msrBits.filter(({ ref }) => ref.startsWith('msr:10a['))].map(({ ref }) => ref);

/** Bits whose change is no update's business: identification, and what would make another CPU of it. */
const IDENTITY = /^cpuid:(0|1|80000000|80000002|80000003|80000004)\./;

const effect: fc.Arbitrary<BlobEffect> = fc.oneof(
  fc.record({ bit: fc.constantFrom(...bits.filter((ref) => !IDENTITY.test(ref))), change: fc.constantFrom('set' as const, 'clear' as const) }),
  fc.record({ msr: fc.constantFrom('0x122', '0x123', '0x10f'), exists: fc.constant(true), value: fc.constantFrom('0x0', '0x3') }),
  fc.record({ msr: fc.constant('0x49'), writable: fc.constantFrom('0x1', '0x81') }),
  fc.record({ behaviour: fc.constantFrom('srbds-mitigation-on', 'gds-mitigation-on', 'its-ibpb-fixed') }),
);

/** One change of each bit at most: an update does not contradict itself. */
const effects = fc.uniqueArray(effect, { maxLength: 8, selector: (one) => ('bit' in one ? one.bit : JSON.stringify(Object.values(one)[0])) });

/** CPUs that a kernel has booted on, of the vendors whose microcode it loads, and not under a hypervisor. */
export function profiles(line: string): Profile[] {
  return recordings<ColdRecording>('cold', line)
    .filter(({ profile, cmdline }) => {
      const [zero, one] = ['0x0', '0x1'].map((leaf) => profile.cpuid.find((row) => row.leaf === leaf));
      const loadable = zero?.ebx === '0x756e6547' || zero?.ebx === '0x68747541';
      return loadable && cmdline === '' && Number(one?.ecx ?? 0) >>> 31 === 0;
    })
    .map(({ profile }) => profile);
}

/** @returns an update for a profile's own CPU. */
export function blobFor(profile: Profile, revision: number, effectsOfIt: readonly BlobEffect[]): Blob {
  const signature = profile.cpuid.find(({ leaf }) => leaf === '0x1')!.eax;
  const intel = profile.cpuid.find(({ leaf }) => leaf === '0x0')!.ebx === '0x756e6547';
  return {
    schema: 'cpueval/blob/1',
    id: 'made-up',
    vendor: intel ? 'GenuineIntel' : 'AuthenticAMD',
    revision: `0x${revision.toString(16)}`,
    date: '2026-01-01',
    applies: [intel ? { signature, platformFlags: '0xff' } : { signature, equivalenceId: equivalence(Number(signature)) }],
    minRevision: '0x0',
    file: { integrity: 'valid' },
    effects: effectsOfIt,
  };
}

/** AMD's 16-bit id of a part: the family above 0xf, model and stepping. */
function equivalence(signature: number): string {
  const family = (signature >>> 20) & 0xff;
  const model = ((signature >>> 12) & 0xf0) | ((signature >>> 4) & 0xf);
  return `0x${((family << 12) | (model << 4) | (signature & 0xf)).toString(16)}`;
}

/** A profile that was recorded, and a newer update for it with any effects. */
export function loads(line: string): fc.Arbitrary<{ profile: Profile; blob: Blob }> {
  const all = profiles(line);
  return fc.record({ profile: fc.constantFrom(...all), step: fc.integer({ min: 1, max: 3 }), effects }).map(({ profile, step, effects: list }) => ({
    profile,
    blob: blobFor(profile, Number(profile.microcode.revision) + step, list),
  }));
}
