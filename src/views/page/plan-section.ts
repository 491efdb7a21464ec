import type { GuardReport, PlanReport, PlanResidual } from '../../engine/model/report.ts';
import { cureWords } from '../words/cures.ts';
import { disruptionWords, openWords, stepHint, stepWords } from '../words/plan.ts';
import { counted, fallback, listed, own, wordOf } from '../words/word-of.ts';
import { type Block, type Cell, cell, type Section } from './page.ts';

const openName = (id: string): string => own(openWords, id) ?? id;

function stepRows({ steps }: PlanReport): Cell[][] {
  return steps.map((step): Cell[] => [
    cell(`${step.order}`, 'strong'),
    cell(stepWords(step.action, step.target)),
    cell(stepHint(step.action, step.target), 'dim'),
    cell(step.cures.map(openName).join(', '), 'good'),
    cell(step.releases.join(', ')),
    cell(step.leaves.length === 0 ? 'nothing' : `${step.leaves.length} open`, step.leaves.length === 0 ? 'good' : 'plain'),
    cell(wordOf(disruptionWords, step.disruption), step.disruption === 'none' ? 'dim' : 'warn'),
  ]);
}

function residualSection(residual: readonly PlanResidual[]): Section[] {
  if (residual.length === 0) return [];
  return [
    {
      kind: 'section',
      id: 'residual',
      columns: [{ title: 'LEFT BY THE PLAN' }, { title: 'CURED BY', min: 16 }],
      rows: residual.map(({ id, cures }) => [
        cell(openName(id), 'strong'),
        cures.length === 0
          ? cell('nothing that is known here', 'bad')
          : cell(cures.map((cure) => wordOf(cureWords, cure)).join(cures.includes('guest-recreate') ? ', then ' : ', ')),
      ]),
    },
  ];
}

function interrupted({ steps }: PlanReport): string {
  const [guests, programs] = [steps.filter(({ action }) => action === 'guest-stop').length, steps.filter(({ disruption }) => disruption === 'process').length];
  const parts = [guests > 0 ? counted(guests, 'guest') : '', programs > 0 ? counted(programs, 'program') : ''].filter((part) => part !== '');
  return parts.length === 0 ? 'interrupts nothing' : `interrupts ${listed(parts)}`;
}

/** The plan against one reboot: the line that the debate of 2020 came down to. */
export function comparison(plan: PlanReport): Cell {
  const { steps, residual, reboot } = plan;
  const left = (count: number): string => (count === 0 ? 'leaves nothing open' : `leaves ${count} open`);
  const short = steps.length === 0 ? 'No step short of a reboot helps.' : `${counted(steps.length, 'step')}: ${interrupted(plan)}, ${left(residual.length)}.`;
  const back = reboot.goesBack ? ` and goes back to revision ${reboot.revision}: the early image does not hold this update` : '';
  const one = `One reboot instead: interrupts the host and all on it, ${left(reboot.leaves.length)}${back}.`;
  return [[{ text: short, tone: residual.length === 0 ? 'good' : 'plain' }], [{ text: one, tone: reboot.goesBack ? 'bad' : 'plain' }]];
}

/** The ordered plan, what it leaves, and the comparison with one reboot. */
export function planBlocks(plan: PlanReport): Block[] {
  const columns = [
    { title: 'STEP' },
    { title: 'DO', min: 14, badge: true },
    { title: 'COMMAND', min: 16 },
    { title: 'CURES', min: 14 },
    { title: 'RELEASES', spare: 2 },
    { title: 'LEAVES' },
    { title: 'INTERRUPTS', spare: 1 },
  ];
  const table: Section[] = plan.steps.length === 0 ? [] : [{ kind: 'section', id: 'plan', columns, rows: stepRows(plan) }];
  return [...table, ...residualSection(plan.residual), { kind: 'note', paragraphs: comparison(plan) }];
}

/** Reads of stale copies that the run-time guard finds. */
export function guardSection({ mode, reads }: GuardReport): Section | null {
  if (mode === 'off' || reads.length === 0) return null;
  return {
    kind: 'section',
    id: 'guard',
    columns: [{ title: 'STALE READ OF' }, { title: 'BY' }, { title: 'EVENT' }, { title: 'GUARD' }],
    rows: reads.map((read) => [
      cell(read.holder, 'strong'),
      cell(fallback(read.by)),
      cell(`${read.event}`),
      read.refused ? cell('refuses', 'bad') : cell('warns', 'warn'),
    ]),
  };
}
