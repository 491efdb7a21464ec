import { hex } from '../base/hex.ts';
import type { Problem } from '../base/problem.ts';
import type { Selection } from '../microcode/select.ts';
import type { TurnDown } from '../microcode/turn-down.ts';
import type { UpdateRecord } from '../microcode/update-record.ts';
import { reasonText } from './blob-reasons.ts';
import type { ShownSelection } from './blob-select.ts';

const reason = (each: TurnDown): object => ({ ...each, text: reasonText(each) });

function update(record: UpdateRecord): object {
  return {
    offset: record.offset,
    revision: hex(record.revision),
    date: record.date,
    size: record.size,
    minRevision: hex(record.minRevision),
    minRevisionKind: record.minRevisionKind,
    sha256: record.sha256,
  };
}

function chosen({ chosen: record, file }: Selection): object | null {
  return record === null ? null : { file, ...update(record) };
}

/**
 * `blob select --json`.
 * @param shown CPU, selection and step plan
 * @param kernel the line that answers, and how well it stands for the one that was asked for
 * @param files all candidates' files: a step names the file its update stands in
 * @param problems of all files
 */
export function selectionJson(
  shown: ShownSelection,
  kernel: { readonly release: string; readonly evidence: string },
  files: readonly { readonly file: string; readonly summary: { readonly updates: readonly UpdateRecord[] } }[],
  problems: readonly Problem[],
): object {
  const { cpu, selection, plan, line } = shown;
  const fileOf = new Map(files.flatMap(({ file, summary }) => summary.updates.map((record) => [record, file] as const)));
  return {
    schema: 'cpueval/blob-select/1',
    kernel: { line, release: kernel.release, evidence: kernel.evidence },
    cpu: { vendor: cpu.vendor, signature: hex(cpu.signature), codename: cpu.codename, platformId: cpu.platformId, revision: hex(cpu.revision) },
    opens: selection.opens,
    file: selection.file,
    result: selection.result,
    errno: selection.errno,
    chosen: chosen(selection),
    log: selection.log,
    candidates: selection.candidates.map((each) => ({ file: each.file, ...update(each.update), chosen: each.chosen, reasons: each.reasons.map(reason) })),
    plan: {
      outcome: plan.outcome,
      target: plan.target === null ? null : { file: fileOf.get(plan.target) ?? null, ...update(plan.target) },
      steps: plan.steps.map(({ update: record, from, to, declaredSafe }) => ({
        from: hex(from),
        to: hex(to),
        declaredSafe,
        file: fileOf.get(record) ?? null,
        offset: record.offset,
      })),
      barriers: plan.barriers.map(reason),
    },
    problems,
  };
}
