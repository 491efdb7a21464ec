import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test from 'node:test';
import type { Boot } from '../../../src/engine/boot/boot.ts';
import { loaderAtBoot } from '../../../src/engine/loader/boot-log.ts';
import { decideEarlyLoad } from '../../../src/engine/loader/decide-early-load.ts';
import { decideLoad, type LoadInput } from '../../../src/engine/loader/decide-load.ts';
import { decideOnlineLoad } from '../../../src/engine/loader/decide-online-load.ts';
import type { VerdictOfBytes } from '../../../src/engine/loader/offered-file.ts';
import type { Thread } from '../../../src/engine/model/machine.ts';
import { summarizeFile } from '../../../src/microcode/summarize-file.ts';
import { identified, type LateGolden, recordedConfig, recordings, tablesOf, threadsOf } from './support.ts';

const ERRNO: Readonly<Record<number, string | null>> = { 0: null, 1: 'EPERM', 2: 'ENOENT', 5: 'EIO', 16: 'EBUSY', 22: 'EINVAL', 77: 'EBADFD' };
const LOG = /^microcode: /;

/** The recorded machine at the moment of the load: `nosmt` has put the siblings to sleep. */
function machine(golden: LateGolden, b: Boot): Thread[] {
  const { coresPerPackage = 1, threadsPerCore = 1, packages = 1, offline = [] } = golden.profile.topology ?? {};
  const asleep = golden.before.smt.control === 'off' && threadsPerCore > 1 ? [1] : [];
  return threadsOf(b, { packages, cores: coresPerPackage, threads: threadsPerCore, offline: [...offline, ...asleep] });
}

function bytesOf(golden: LateGolden): VerdictOfBytes | undefined {
  const text = golden.files[0]?.base64;
  if (text === undefined) return undefined;
  return summarizeFile(Buffer.from(text, 'base64'), (bytes) => createHash('sha256').update(bytes).digest('hex'), golden.files[0]!.name);
}

for (const line of ['6.1', '6.12', '7.2']) {
  const goldens = recordings<LateGolden>(`late/${line}`);
  test(`loader ${line}: every recorded late load, from the descriptor and from the bytes`, async (t) => {
    if (goldens.length === 0) return t.skip('no recordings in ../shared/goldens');
    const tables = await tablesOf(line);
    const figures = { errno: 0, log: 0, taint: 0, revisions: 0, others: 0, boot: 0, early: 0, bytes: 0 };
    for (const [name, golden] of goldens) {
      const kernel = identified(tables, golden.profile, { cmdline: golden.cmdline, config: recordedConfig(golden.kernel) });
      const threads = machine(golden, kernel);
      const input: LoadInput = { kernel, threads, blob: golden.blob, cpuRejects: golden.cpuRejects };
      const verdictOfBytes = bytesOf(golden);
      for (const given of verdictOfBytes ? [input, { ...input, verdictOfBytes }] : [input]) {
        const decided = decideLoad(given);
        assert.equal(decided.errno, ERRNO[golden.load.errno], `${name} errno`);
        assert.deepEqual(
          decided.log,
          golden.load.log.filter((text) => LOG.test(text)),
          `${name} log`,
        );
        assert.equal(golden.before.tainted | (decided.taints.includes('CPU_OUT_OF_SPEC') ? 4 : 0), golden.load.tainted, `${name} taint`);
        const shown = decided.revisions.filter((row) => threads.find((thread) => thread.number === row.cpu)!.online);
        assert.equal(`0x${shown[0]!.shown.toString(16)}`, golden.after.microcode, `${name} revision`);
        assert.equal(
          golden.after.otherCpusDiffer?.some((cpu) => cpu.microcode) ?? false,
          new Set(shown.map((row) => row.shown)).size > 1,
          `${name} other CPUs`,
        );
        const warns = golden.load.log.some((text) => text.startsWith('x86/CPU: CPU features have changed'));
        assert.ok(!warns || decided.comparesFeatures, `${name} compares`);
        assert.equal(decided.outcome === 'updated', golden.after.microcode !== golden.before.microcode, `${name} outcome`);
        assert.equal(
          decided.reasons.some((reason) => reason.hard),
          decided.outcome !== 'updated',
          `${name} reasons: ${decided.reasons.map((r) => r.code)}`,
        );
        if (given !== input) figures.bytes++;
      }
      figures.errno++;
      figures.log++;
      figures.taint++;
      figures.revisions++;
      const decided = decideLoad(input);
      if (golden.afterHotplug) {
        const later = threads.map((thread, index) => {
          const row = decided.revisions[index]!;
          thread.cpu.revision = row.shown;
          return { ...thread, revision: row.after };
        });
        const online = decideOnlineLoad({ kernel, threads: later, cpuRejects: golden.cpuRejects, cache: decided.cache }, 1);
        const boot = online.revisions[0]!.shown;
        const other = online.revisions[1]!.shown;
        assert.equal(`0x${boot.toString(16)}`, golden.afterHotplug.microcode, `${name} hotplug revision`);
        const differs = golden.afterHotplug.otherCpusDiffer?.find((cpu) => cpu.microcode)?.microcode;
        assert.equal(`0x${other.toString(16)}`, differs ?? golden.afterHotplug.microcode, `${name} hotplug other`);
        figures.others++;
      }
      const fresh = identified(tables, golden.profile, { cmdline: golden.cmdline, config: recordedConfig(golden.kernel) });
      const atBoot = loaderAtBoot(
        fresh,
        machine(golden, fresh).map((thread) => ({ ...thread, online: thread.online || golden.before.smt.control !== 'off' })),
      );
      const bootLog = golden.before.log?.filter((text) => LOG.test(text));
      assert.deepEqual([...atBoot.early, ...atBoot.late], bootLog, `${name} boot log`);
      figures.boot++;
      if (golden.coldAfter) {
        const early = decideEarlyLoad({ kernel: fresh, threads: machine(golden, fresh), blob: golden.blob, cpuRejects: golden.cpuRejects });
        assert.equal(`0x${early.revision.toString(16)}`, golden.coldAfter.microcode, `${name} early: ${early.reasons.map((r) => r.code)}`);
        figures.early++;
      }
    }
    const total = goldens.length;
    const hotplug = goldens.filter(([, golden]) => golden.afterHotplug).length;
    const cold = goldens.filter(([, golden]) => golden.coldAfter).length;
    console.log(
      `loader ${line}: errno ${figures.errno}/${total}, log ${figures.log}/${total}, taint ${figures.taint}/${total}, revisions ${figures.revisions}/${total}, ` +
        `after hotplug ${figures.others}/${hotplug}, boot log ${figures.boot}/${total}, early ${figures.early}/${cold}, from bytes ${figures.bytes}`,
    );
    for (const figure of Object.values(figures)) assert.ok(figure > 0);
  });
}
