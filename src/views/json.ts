import type { DiffReport, InhibitorRow } from '../engine/model/report.ts';
import { reasonText } from './page/diff-answer.ts';
import { inhibitorReason } from './words/inhibitors.ts';
import { stepHint } from './words/plan.ts';
import { policyFinding } from './words/policies.ts';

/*
 * JSON says everything, in the order in which the engine builds it: the same bytes for the same input. Views add the one thing the engine
 * does not have, words for the reasons of a load, of who holds it back, and for what a policy did.
 */

/** The reason as a sentence, with its code beside it. */
function wordedInhibitor({ id, holder, reason, enforcedBy, overridden, consequences, ...rest }: InhibitorRow): InhibitorRow & { readonly code: string } {
  const text = `${inhibitorReason({ reason, args: rest.args })}.`;
  return { id, holder, reason: text, enforcedBy, overridden, consequences, code: reason, ...rest };
}

function wordedReevaluation({ reevaluation }: DiffReport): Pick<DiffReport, 'reevaluation'> {
  if (reevaluation === undefined) return {};
  const findings = reevaluation.findings.map((finding) => ({ code: finding.code, text: `${policyFinding(finding)}.`, args: finding.args }));
  return { reevaluation: { ...reevaluation, findings } };
}

/** @returns the report with a sentence for each reason of the load, keys in the order of the contract. */
export function wordedDiff(report: DiffReport): DiffReport {
  const reasons = report.load.reasons.map((reason) => ({
    code: reason.code,
    enforcedBy: reason.enforcedBy,
    text: `${reasonText(reason)}.`,
    hard: reason.hard,
    args: reason.args,
  }));
  const steps = report.plan.steps.map(({ order, id, action, target, ...rest }) => ({ order, id, action, target, hint: stepHint(action, target), ...rest }));
  return {
    ...report,
    load: { ...report.load, reasons },
    plan: { ...report.plan, steps },
    inhibitors: report.inhibitors.map(wordedInhibitor),
    ...wordedReevaluation(report),
  };
}

/** Characters that JSON may carry as they are but that a terminal may obey or hide: DEL, C1 controls, direction marks, zero widths. */
const RISKY = /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

/** @returns any report as JSON text: two blanks deep, a line break at the end; risky characters as `\u` escapes, which mean the same. */
export function reportJson(report: unknown): string {
  const text = `${JSON.stringify(report, null, 2)}\n`;
  return text.replace(RISKY, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
