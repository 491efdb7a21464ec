import test from 'node:test';
import { bootKernel } from '../../src/engine/boot/boot-kernel.ts';
import { slotsOf } from '../../src/engine/boot/slots.ts';
import { lateLoad } from '../../src/engine/events/microcode-late-load.ts';
import { reboot } from '../../src/engine/events/reboot.ts';
import type { Machine } from '../../src/engine/model/machine.ts';
import { type Engaged, engagedBy } from '../../src/engine/report/engaged.ts';
import { type ColdRecording, type LateRecording, recording, recordings, specOf } from './recordings.ts';
import { Score } from './score.ts';

interface Counted {
  readonly verwPerExit: number;
  readonly verwPerIdle: number;
  readonly specCtrlWritesPerSyscall: number;
  readonly ibpbPerSyscall: number;
  readonly ibpbDefault: number;
  readonly ibpbOptedIn: number;
  readonly sbpbOptedIn: number;
  readonly switchesDefault: number;
  readonly prctl: { readonly get_ib: number; readonly get_ssb: number; readonly get_l1d: number };
  readonly msr48: string;
  readonly msr122: string;
  readonly msr123: string;
}

interface EngagedRecording {
  readonly id: string;
  readonly golden: string;
  readonly cmdline: string;
  readonly boot?: Counted;
  readonly before?: Counted;
  readonly after?: Counted;
  readonly coldAfter?: Counted;
}

/** Counts to what `engaged` says. A flush on every entry shows in the switches too: each costs two entries more. */
function measured(counted: Counted): Engaged {
  const flushes = counted.ibpbOptedIn + counted.sbpbOptedIn;
  const entries = counted.ibpbPerSyscall > 0 ? 2 * counted.switchesDefault : 0;
  const always = counted.ibpbDefault - entries > 0.9 * counted.switchesDefault;
  return {
    verwOnExit: counted.verwPerExit > 0,
    verwOnIdle: counted.verwPerIdle > 0,
    ibpbOnEntry: counted.ibpbPerSyscall > 0,
    ibpbOnSwitch: always ? 'always' : flushes - entries > 0.9 * counted.switchesDefault ? 'opted-in' : 'never',
    ibrsOnEntry: counted.specCtrlWritesPerSyscall > 0,
    prctl: { indirectBranch: counted.prctl.get_ib, storeBypass: counted.prctl.get_ssb, l1dFlush: counted.prctl.get_l1d },
    specCtrl: counted.msr48,
    tsxCtrl: counted.msr122,
    mcuOptCtrl: counted.msr123,
  };
}

const now = (machine: Machine): Engaged => engagedBy(machine.kernel, machine.threads[0]!.silicon);

for (const line of ['6.1', '6.12', '7.2']) {
  test(`what ${line} executes`, async (t) => {
    const score = new Score();
    for (const one of recordings<EngagedRecording>('engaged', line)) {
      const from = recording<ColdRecording & LateRecording>(one.golden);
      const machine = bootKernel(await specOf(from.kernel, one.cmdline), slotsOf(from.profile));
      const first = one.boot ?? one.before;
      if (first) score.check('engaged', `${one.id} before`, now(machine), measured(first));
      if (!one.after) continue;
      const request = { blob: from.blob, cpuRejects: from.cpuRejects };
      score.check('engaged', `${one.id} after`, now(lateLoad(machine, request).machine), measured(one.after));
      if (one.coldAfter) score.check('engaged', `${one.id} coldAfter`, now(reboot(machine, request).machine), measured(one.coldAfter));
    }
    score.report(t, line, ['engaged']);
  });
}
