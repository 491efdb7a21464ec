import { cureWords } from '../words/cures.ts';
import { loadReasonLift, loadReasonText } from '../words/load-reasons.ts';
import { disruptionWords, stepWords } from '../words/plan.ts';
import { fallback, wordOf } from '../words/word-of.ts';
import { type Block, type Cell, cell, lines, type Section } from './page.ts';

/** One step of the cure plan, as the contract has it. */
export interface PlanStep {
  readonly order: number;
  readonly id: string;
  readonly action: string;
  readonly target: string;
  readonly hint: string;
  readonly cures: readonly string[];
  readonly leaves: readonly unknown[];
  readonly disruption: string;
}

interface Inhibitor {
  readonly id: string;
  readonly holder: string;
  readonly reason: string;
  readonly enforcedBy: string;
  readonly overridden: boolean;
  readonly consequences: readonly string[];
}

interface GuardRead {
  readonly event: number;
  readonly holder: string;
  readonly by: string;
  readonly refused: boolean;
}

/** What is left over is a name, or an object with one. */
function nameOfRest(rest: unknown): string {
  if (typeof rest === 'string') return rest;
  const { id, holder, staleId, row } = (rest ?? {}) as Record<string, unknown>;
  return String(id ?? staleId ?? holder ?? row ?? 'one more');
}

function residualLine(rest: unknown): string {
  const { cure } = (rest ?? {}) as { cure?: unknown };
  return typeof cure === 'string' ? `${nameOfRest(rest)} (${wordOf(cureWords, cure)})` : nameOfRest(rest);
}

/** The ordered cure plan and what it leaves. */
export function planBlocks(plan: { readonly steps: readonly unknown[]; readonly residual: readonly unknown[] }): Block[] {
  const steps = plan.steps as readonly PlanStep[];
  if (steps.length === 0) return [];
  const table: Section = {
    kind: 'section',
    id: 'plan',
    columns: [
      { title: 'STEP' },
      { title: 'DO', min: 14, badge: true },
      { title: 'COMMAND', min: 16 },
      { title: 'CURES', min: 14 },
      { title: 'LEAVES', min: 14 },
      { title: 'DISTURBS' },
    ],
    rows: steps.map((step): Cell[] => [
      cell(`${step.order}`, 'strong'),
      cell(stepWords(step.action, step.target)),
      cell(step.hint ?? '', 'dim'),
      cell((step.cures ?? []).join(', ')),
      cell((step.leaves ?? []).map(nameOfRest).join(', ')),
      cell(wordOf(disruptionWords, step.disruption), step.disruption === 'none' ? 'dim' : 'plain'),
    ]),
  };
  if (plan.residual.length === 0) return [table];
  return [table, { kind: 'note', paragraphs: cell(`Left after all steps: ${plan.residual.map(residualLine).join(', ')}.`, 'warn') }];
}

/** Who would hold the update back, and who was overridden. */
export function inhibitorSection(inhibitors: readonly unknown[], outcome: string): Section | null {
  const rows = inhibitors as readonly Inhibitor[];
  if (rows.length === 0) return null;
  const held = outcome === 'inhibited' || rows.some((row) => row.overridden);
  return {
    kind: 'section',
    id: 'inhibitors',
    ...(held ? {} : { caption: 'This kernel has no inhibitors: it would not wait for these.' }),
    columns: [{ title: 'INHIBITOR' }, { title: 'HOLDER' }, { title: 'WHY', min: 20 }, { title: 'ENFORCED BY' }, { title: 'LIFTED BY', min: 16 }],
    rows: rows.map((row) => [
      cell(row.id, 'strong'),
      cell(row.holder ?? ''),
      cell(row.reason?.includes(' ') ? row.reason : loadReasonText(row.reason || row.id)),
      cell(row.enforcedBy),
      row.overridden ? [...cell('forced', 'warn'), ...lines((row.consequences ?? []).map(fallback))] : cell(loadReasonLift(row.id) ?? ''),
    ]),
  };
}

/** Reads of stale copies that the run-time guard found. */
export function guardSection(guard: { readonly mode: string; readonly reads: readonly unknown[] }): Section | null {
  const reads = guard.reads as readonly GuardRead[];
  if (guard.mode === 'off' || reads.length === 0) return null;
  return {
    kind: 'section',
    id: 'guard',
    columns: [{ title: 'STALE READ OF' }, { title: 'BY' }, { title: 'EVENT' }, { title: 'GUARD' }],
    rows: reads.map((read) => [
      cell(read.holder, 'strong'),
      cell(fallback(read.by)),
      cell(`${read.event}`),
      read.refused ? cell('refused', 'bad') : cell('warned', 'warn'),
    ]),
  };
}
