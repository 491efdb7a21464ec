import assert from 'node:assert/strict';
import test from 'node:test';
import { dryRun } from '../../../src/engine/diff/dry-run.ts';
import type { MachineEvent } from '../../../src/engine/events/index.ts';
import type { KernelReport } from '../../../src/engine/model/report.ts';
import { play } from '../../../src/engine/scenario/play.ts';
import { validators } from '../../../src/schema/validate.ts';
import { blobNamed, contextOf, playOn, profileNamed } from '../ledger/world-of.ts';

const kernel: KernelReport = { line: '6.12', release: '6.12.107', evidence: 'exact' };
const SKYLAKE = { profile: profileNamed('skylake-06-5e-03-c6'), blob: blobNamed('skylake-06-5e-03-cc') };
const events: readonly MachineEvent[] = [
  { type: 'kvm-load', module: 'kvm_intel' },
  { type: 'guest-start', guest: 'web-1' },
  { type: 'microcode-late-load' },
  { type: 'guest-start', guest: 'web-2' },
  { type: 'kvm-unload' },
];

test('a scenario without boot is given one; every event is a step with outcome, state, ledger and guests', async () => {
  const context = await contextOf(SKYLAKE);
  const run = play({ id: 'x', title: null, kernel, context, events, assumptions: ['default-kernel'] });
  assert.deepEqual(
    run.steps.map(({ event, outcome }) => [event.type, outcome]),
    [['boot', 'done'], ...events.map(({ type }) => [type, type === 'kvm-unload' ? 'refused' : 'done'])],
  );
  assert.deepEqual(validators.run(JSON.parse(JSON.stringify(run))), []);
  const load = run.steps[3]!;
  assert.deepEqual(load.changes.cured, []);
  for (const holder of ['boot_cpu_data', 'kvm_cpu_caps', '/proc/cpuinfo', 'guest web-1']) assert.ok(load.changes.stale.includes(holder), holder);
  assert.ok(load.log.some((line) => line.includes('CPU features have changed')));
  assert.deepEqual(run.steps[2]!.log, []);
  assert.deepEqual(run.summary, { done: 5, refused: 1, stale: run.summary.stale, assumptions: ['default-kernel'] });
  assert.equal(run.summary.stale, [...run.steps.at(-1)!.snapshots, ...run.steps.at(-1)!.guests].filter(({ stale }) => stale).length);
});

test('what an event makes from stale copies is said where it happens', async () => {
  const context = await contextOf(SKYLAKE);
  const run = play({ id: null, title: null, kernel, context, events, assumptions: [] });
  const born = run.steps[4]!.findings;
  assert.deepEqual(
    born.map(({ code }) => code),
    ['guest-started', 'reads-stale-copies', 'guest-born-stale'],
  );
  assert.deepEqual(born[1]!.args.holders, ['kvm_cpu_caps']);
  assert.deepEqual(born[2]!.args, { guest: 'web-2', misses: ['cpuid:7.0.edx[10]'], keeps: [] });
  assert.deepEqual(
    run.steps[2]!.findings.map(({ code }) => code),
    ['guest-started'],
  );
});

test('diff is the shortest scenario: the same ledger and the same guests after the load', async () => {
  const context = await contextOf(SKYLAKE);
  const before = playOn(context, null, events.slice(0, 2)).machine;
  const withModules = (machine: typeof before): typeof before => playOn(context, machine, events.slice(0, 2)).machine;
  const diff = dryRun({ machine: before, withModules, kernel, load: context.load!, assumptions: [], full: false });
  const step = play({ id: null, title: null, kernel, context, events, assumptions: [] }).steps[3]!;
  assert.deepEqual(diff.snapshots, step.snapshots);
  assert.deepEqual(diff.guests, step.guests);
});

test('a reboot cures everything and starts a log of its own', async () => {
  const context = await contextOf(SKYLAKE);
  const run = play({ id: null, title: null, kernel, context, events: [...events, { type: 'reboot' }], assumptions: [] });
  const last = run.steps.at(-1)!;
  assert.equal(run.summary.stale, 0);
  assert.deepEqual(
    [...last.changes.cured].sort(),
    [...run.steps.at(-2)!.snapshots, ...[]]
      .filter(({ stale }) => stale)
      .map(({ holder }) => holder)
      .concat('guest web-1', 'guest web-2')
      .sort(),
  );
  assert.deepEqual(last.log, last.state.log);
});
