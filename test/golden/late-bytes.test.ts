import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test from 'node:test';
import type { Blob } from '../../src/data/contract/blob.ts';
import type { KernelSpec } from '../../src/engine/boot/boot.ts';
import { bootKernel } from '../../src/engine/boot/boot-kernel.ts';
import { slotsOf } from '../../src/engine/boot/slots.ts';
import { lateLoad } from '../../src/engine/events/microcode-late-load.ts';
import { reboot } from '../../src/engine/events/reboot.ts';
import type { Machine } from '../../src/engine/model/machine.ts';
import { evalReport } from '../../src/engine/report/eval-report.ts';
import { loaderBytes } from '../../src/microcode/loader-bytes.ts';
import { loaderCpu } from '../../src/microcode/loader-cpu.ts';
import { loaderOptions } from '../../src/microcode/loader-options.ts';
import { KERNEL_LINES, type KernelLine } from '../../src/microcode/loader-traits.ts';
import { summarizeFile } from '../../src/microcode/summarize-file.ts';
import { judgeFile } from '../../src/microcode/verdict.ts';
import { type LateRecording, recordings, specOf, taintNames } from './recordings.ts';
import { Score } from './score.ts';

const ERRNO: Readonly<Record<number, string>> = { 1: 'EPERM', 2: 'ENOENT', 5: 'EIO', 16: 'EBUSY', 22: 'EINVAL', 77: 'EBADFD' };
const KINDS = ['errno', 'log', 'taint', 'microcode', 'cold flags'];
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const report = (machine: Machine) => evalReport(machine, { line: '', release: '', evidence: 'exact' });

interface WithBytes {
  readonly one: LateRecording;
  readonly name: string;
  readonly bytes: Buffer;
}

/** Recordings whose file stands in them; those of real files and those without a file have none. */
function withBytes(line: string): WithBytes[] {
  return recordings<LateRecording>('late', line).flatMap((one) => {
    const [file] = one.files;
    return file?.base64 === undefined ? [] : [{ one, name: file.name, bytes: Buffer.from(file.base64, 'base64') }];
  });
}

/** A descriptor that knows what the update does and nothing of what the loader asks: the bytes have to say that. */
function effectsOnly({ schema, id, vendor, revision, effects }: Blob): Blob {
  return { schema, id, vendor, effects, ...(revision === undefined ? {} : { revision }) };
}

async function play(score: Score, line: KernelLine, { one, name, bytes }: WithBytes): Promise<void> {
  const booted = bootKernel(await specOf(one.kernel, one.cmdline), slotsOf(one.profile));
  const summary = summarizeFile(bytes, sha256, name);
  const cpu = loaderCpu(one.profile).value;
  const [image] = summary.images;
  const verdictOfBytes = image === undefined || cpu === null ? summary : loaderBytes(image, cpu, { line, ...loaderOptions(line, one.cmdline) });
  const request = { blob: effectsOnly(one.blob), cpuRejects: one.cpuRejects, verdictOfBytes };
  const load = lateLoad(booted, request);
  score.check('errno', one.id, load.decision.errno, one.load.errno === 0 ? null : ERRNO[one.load.errno]);
  score.check('log', one.id, load.log, one.load.log);
  score.check('taint', one.id, [...load.machine.kernel.taints].sort(), taintNames(one.load.tainted));
  score.check('microcode', one.id, report(load.machine).cpu.microcode, one.after.microcode);
  if (one.coldAfter) score.check('cold flags', one.id, report(reboot(booted, request).machine).cpuinfo.flags, one.coldAfter.flags);
}

for (const line of KERNEL_LINES) {
  test(`late loads of ${line}, accepted or refused by the recorded bytes alone`, async (t) => {
    const score = new Score();
    const all = withBytes(line);
    assert.ok(all.length > 40, `${all.length} recordings with bytes`);
    for (const each of all) await play(score, line, each);
    score.report(t, `${line} from bytes`, KINDS);
  });
}

/** Every word of the headers gets a flipped bit, and the file is cut at every step: what a broken download could look like. */
function damaged(bytes: Buffer): Buffer[] {
  const flipped = Array.from({ length: 40 }, (_, word) => {
    const copy = Buffer.from(bytes);
    copy[word * 4] = (copy[word * 4] ?? 0) ^ 1;
    return copy;
  });
  // Sizes and counts at the edges of what 32 bits hold, signed and unsigned.
  const extreme = [7, 8, 2, 4].flatMap((word) =>
    [0, 1, 12, 0x7fffffff, 0x80000000, 0xfffffff4, 0xffffffff].map((value) => {
      const copy = Buffer.from(bytes);
      copy.writeUInt32LE(value, word * 4);
      return copy;
    }),
  );
  const tail = Buffer.from(bytes);
  tail[bytes.length - 1] = (tail[bytes.length - 1] ?? 0) ^ 0x80;
  const cut = Array.from({ length: 24 }, (_, step) => bytes.subarray(0, Math.floor((bytes.length * step) / 24)));
  return [
    ...flipped,
    ...extreme,
    tail,
    ...cut,
    Buffer.concat([bytes, bytes]),
    Buffer.concat([bytes, bytes.subarray(0, 60)]),
    Buffer.concat([tail, Buffer.alloc(20)]),
  ];
}

interface Answer {
  readonly errno: string | null;
  readonly revision: number | null;
  /** Lines printed while the file is read. */
  readonly log: readonly string[];
}

/** The same bytes asked twice: the engine gets what a loader reads of them, the parser judges them itself. */
function ask(machine: Machine, spec: KernelSpec, line: KernelLine, one: LateRecording, bytes: Buffer, name: string): readonly [engine: Answer, parser: Answer] {
  const cpu = loaderCpu(one.profile).value;
  assert.ok(cpu);
  const { amdDigests } = spec.tables;
  const options = { line, ...loaderOptions(line, one.cmdline), amdDigests: amdDigests === null ? null : new Map(amdDigests) };
  const summary = summarizeFile(bytes, sha256, name);
  const image = summary.images[0];
  const verdictOfBytes = image === undefined ? summary : loaderBytes(image, cpu, options);
  const { decision } = lateLoad(machine, { blob: effectsOnly(one.blob), cpuRejects: false, verdictOfBytes });
  const engine = { errno: decision.errno, revision: decision.updated.length > 0 ? (decision.revisions[0]?.after ?? null) : null, log: decision.log };
  if (image === undefined) return [engine, { errno: line === '6.1' ? null : 'ENOENT', revision: null, log: engine.log }];
  const { errno, chosen, log } = judgeFile(image, cpu, options);
  return [
    { ...engine, log: engine.log.slice(0, log.length) },
    { errno, revision: errno === null ? (chosen?.revision ?? null) : null, log },
  ];
}

/** Not the file's doing: CPUs that are offline, that refuse, or that differ. */
const ofTheMachine = ({ id, cmdline, profile, cpuRejects }: LateRecording): boolean =>
  cpuRejects || /nosmt/.test(cmdline) || /offline|mixed/.test(id) || (profile.topology?.offline ?? []).length > 0 || profile.microcode.perCpu !== undefined;

for (const line of KERNEL_LINES) {
  test(`${line}: the engine's loader and the file parser's verdict agree on damaged files`, async (t) => {
    const apart: string[] = [];
    let asked = 0;
    for (const { one, name, bytes } of withBytes(line)) {
      if (ofTheMachine(one) || one.load.errno === 16) continue;
      const spec = await specOf(one.kernel, one.cmdline);
      const machine = bootKernel(spec, slotsOf(one.profile));
      for (const [index, broken] of damaged(bytes).entries()) {
        asked++;
        const [engine, parser] = ask(machine, spec, line, one, broken, name);
        if (JSON.stringify(engine) !== JSON.stringify(parser))
          apart.push(`${one.id} #${index}: engine ${JSON.stringify(engine)}, parser ${JSON.stringify(parser)}`);
      }
    }
    t.diagnostic(`${line}: ${asked} damaged files, ${apart.length} answers apart`);
    assert.ok(asked > 2000);
    assert.deepEqual(apart.slice(0, 20), [], `${apart.length} answers apart`);
  });
}
