import type { Verdict } from '../../engine/model/report.ts';

/** A verdict for people: two or three words for a cell, and one sentence that can stand alone. */
export interface VerdictWords {
  readonly word: string;
  readonly meaning: string;
}

/** Mildest first. */
export const verdictWords: Readonly<Record<Verdict, VerdictWords>> = {
  unchanged: { word: 'unchanged', meaning: 'The update changes nothing here.' },
  'not-microcode': { word: 'not microcode', meaning: 'Microcode plays no part in this: the protection is software, or there is none.' },
  're-evaluated': { word: 're-evaluated', meaning: 'The running kernel looks again after the load and acts on what it finds.' },
  equivalent: { word: 'equivalent', meaning: 'As safe as after a reboot; only the method, the speed or the text would differ.' },
  'silent-fix': { word: 'silent fix', meaning: 'The update protects at once, and neither the kernel nor CPUID tells anybody.' },
  'pessimistic-report': {
    word: 'pessimistic report',
    meaning: 'Protected as well as after a reboot, but the kernel goes on saying what it said at boot.',
  },
  'opt-out-overridden': {
    word: 'opt-out overridden',
    meaning: 'You switched this mitigation off, the update brings it switched on, and the running kernel does not switch it off again.',
  },
  stranded: { word: 'stranded', meaning: 'The CPU could do it now, the running kernel does not use it: nothing is gained before a reboot.' },
  'not-engaged': { word: 'not engaged', meaning: 'The kernel reports this as on, and executes nothing for it.' },
  hazard: { word: 'hazard', meaning: 'Something that is in use disappears or no longer fits: protection is lost, or code may fail.' },
};
