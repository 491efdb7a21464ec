import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import type { CpuidRow, Profile } from '../../src/data/contract/profile.ts';
import { signatureParts } from '../../src/importers/core/machine.ts';
import { proc } from '../../src/importers/proc.ts';
import { textInput } from './inputs.ts';

interface Recording {
  readonly profile: Profile;
  readonly expect: { readonly flags: readonly string[] };
}

const recordings = join(import.meta.dirname, '../../../shared/goldens/cold');
const WORDS = ['eax', 'ebx', 'ecx', 'edx'] as const;

const byKey = (rows: readonly CpuidRow[]): Map<string, CpuidRow> => new Map(rows.map((row) => [`${Number(row.leaf)}.${Number(row.subleaf)}`, row]));

function vendorText(row: CpuidRow): string {
  const bytes = Buffer.alloc(12);
  for (const [at, word] of [row.ebx, row.edx, row.ecx].entries()) bytes.writeUInt32LE(Number(word), at * 4);
  return bytes.toString('latin1');
}

/** What /proc/cpuinfo of that kernel would say. */
function cpuinfoOf({ profile, expect }: Recording): string {
  const rows = byKey(profile.cpuid);
  const { family, model, stepping } = signatureParts(Number(rows.get('1.0')?.eax ?? 0));
  const vendor = vendorText(rows.get('0.0') as CpuidRow);
  return `processor\t: 0\nvendor_id\t: ${vendor}\ncpu family\t: ${family}\nmodel\t\t: ${model}\nstepping\t: ${stepping}\nflags\t\t: ${expect.flags.join(' ')}\n`;
}

/** Some simulated CPUs show AVX-512 or protection keys without the state components that every real one with them has. */
function lacksState(rows: ReadonlyMap<string, CpuidRow>): boolean {
  const [state, leaf7] = [Number(rows.get('13.0')?.eax ?? 0), rows.get('7.0')];
  const avx512 = ((Number(leaf7?.ebx ?? 0) >>> 16) & 1) === 1;
  const keys = ((Number(leaf7?.ecx ?? 0) >>> 3) & 1) === 1;
  return (avx512 && (state & 0xe0) !== 0xe0) || (keys && (state & 0x200) === 0);
}

/** Bits of the rebuilt registers that the recorded CPU does not have; leaf heads and leaf 1 eax and ebx hold no flags. */
function falseBits(rebuilt: Profile, real: Profile): string[] {
  const rows = byKey(real.cpuid);
  return rebuilt.cpuid.flatMap((row) =>
    WORDS.flatMap((word) => {
      const leaf = Number(row.leaf);
      // Leaf 7 eax counts subleaves: rebuilt it is the highest that is known.
      if (leaf === 7 && Number(row.subleaf) === 0 && word === 'eax') {
        const most = Number(rows.get('7.0')?.eax ?? 0);
        return Number(row.eax) <= most ? [] : [`7.0.eax: ${row.eax} of ${most}`];
      }
      if (leaf === 0xd && lacksState(rows)) return [];
      if ((leaf & 0x7fff_ffff) === 0 || (leaf === 1 && (word === 'eax' || word === 'ebx'))) return [];
      const extra = Number(row[word]) & ~Number(rows.get(`${leaf}.${Number(row.subleaf)}`)?.[word] ?? 0);
      return extra === 0 ? [] : [`${row.leaf}.${row.subleaf}.${word}: 0x${(extra >>> 0).toString(16)}`];
    }),
  );
}

test('flags of real kernels lead back to bits that the CPU has, and to no others', (t) => {
  if (!existsSync(recordings)) return t.skip('no ../shared/goldens beside the repository');
  let compared = 0;
  let bits = 0;
  for (const line of readdirSync(recordings)) {
    for (const file of readdirSync(join(recordings, line))) {
      const recording = JSON.parse(readFileSync(join(recordings, line, file), 'utf8')) as Recording;
      const outcome = proc.import(textInput(cpuinfoOf(recording), 'cpuinfo'));
      assert.deepEqual(outcome.problems, [], file);
      assert.deepEqual(falseBits(outcome.profiles[0] as Profile, recording.profile), [], `${line}/${file}`);
      compared += 1;
      bits += recording.expect.flags.length;
    }
  }
  assert.ok(compared > 0);
  t.diagnostic(`${compared} recordings, ${bits} flags`);
});
