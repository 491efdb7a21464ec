import type { ProtectionState, Verdict } from '../../engine/model/report.ts';
import { verdictWords } from '../words/verdicts.ts';
import { own } from '../words/word-of.ts';
import { type Cell, cell, type Tone } from './page.ts';

/** Green: nothing to do. Blue: only words differ. Yellow: look at it. Red: act. */
const tones: Readonly<Record<Verdict, Tone>> = {
  unchanged: 'dim',
  'not-microcode': 'dim',
  're-evaluated': 'good',
  equivalent: 'fine',
  'silent-fix': 'good',
  'pessimistic-report': 'good',
  'opt-out-overridden': 'warn',
  stranded: 'warn',
  'not-engaged': 'bad',
  hazard: 'bad',
};

const stateTones: Readonly<Record<ProtectionState, Tone>> = {
  protected: 'good',
  partly: 'warn',
  exposed: 'bad',
  'not-affected': 'good',
  unknown: 'warn',
};

/** @returns the tone of a verdict. */
export function verdictTone(verdict: Verdict): Tone {
  return own(tones, verdict) ?? 'plain';
}

/** @returns the tone of a state of protection. */
export function stateTone(state: ProtectionState): Tone {
  return own(stateTones, state) ?? 'plain';
}

/** @returns a verdict as a cell. */
export function verdictCell(verdict: Verdict): Cell {
  return cell(own(verdictWords, verdict)?.word ?? verdict, verdictTone(verdict));
}
