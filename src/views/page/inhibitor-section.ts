import type { DiffReport, InhibitorRow } from '../../engine/model/report.ts';
import { consequenceWords, inhibitorReason, releaseWords } from '../words/inhibitors.ts';
import { loadReasonLift } from '../words/load-reasons.ts';
import { policyFinding } from '../words/policies.ts';
import { wordOf } from '../words/word-of.ts';
import { type Block, type Cell, cell, lines, type Section } from './page.ts';

function lifted(row: InhibitorRow): Cell {
  if (!row.overridden) return cell(Object.hasOwn(releaseWords, row.release) ? releaseWords[row.release]! : (loadReasonLift(row.id) ?? ''));
  return [...cell('forced; then:', 'warn'), ...lines((row.consequences ?? []).map((code) => wordOf(consequenceWords, code)))];
}

/** Who would hold the update back, and who was overridden. What the kernel refuses by itself stands among the reasons of the load. */
export function inhibitorSection({ inhibitors, load }: Pick<DiffReport, 'inhibitors' | 'load'>): Section | null {
  const rows = inhibitors.filter((row) => row.enforcedBy === 'policy');
  if (rows.length === 0) return null;
  const held = load.outcome === 'inhibited' || rows.some((row) => row.overridden);
  return {
    kind: 'section',
    id: 'inhibitors',
    ...(held ? {} : { caption: 'This kernel has no inhibitors: it would not wait for these.' }),
    columns: [{ title: 'INHIBITOR' }, { title: 'HOLDER' }, { title: 'WHY', min: 20 }, { title: 'ENFORCED BY' }, { title: 'LIFTED BY', min: 16 }],
    rows: rows.map((row) => [
      cell(row.id, 'strong'),
      cell(row.count > 1 ? `${row.holder} (${row.count} times)` : row.holder),
      cell(inhibitorReason(row)),
      cell(row.severity === 'hard' ? `${row.enforcedBy}, hard` : row.enforcedBy, row.severity === 'hard' ? 'bad' : 'plain'),
      lifted(row),
    ]),
  };
}

/** What the policy did behind the load, sentence by sentence. */
export function reevaluationNote({ policy, reevaluation }: Pick<DiffReport, 'policy' | 'reevaluation'>): Block[] {
  if (reevaluation === undefined) return [];
  const { patches, findings } = reevaluation;
  const part = patches.length > 0 && patches.length < 7 ? [`Of the series only patch ${patches.join(', ')} is in.`] : [];
  const said = [...part, ...findings.map((finding) => `${policyFinding(finding)}.`)];
  return said.length === 0 ? [] : [{ kind: 'note', paragraphs: lines(said.map((text) => `${policy}: ${text}`)) }];
}
