import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DiffReport, EvalReport } from '../../src/engine/model/report.ts';

export const FOLDER = join(import.meta.dirname, 'fixtures');

/** Literal reports, found by walking the folder; what they must look like stands beside them. */
export const names: readonly string[] = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.json'))
  .map((file) => file.slice(0, -'.json'.length));

export function read(name: string): unknown {
  return JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8'));
}

export function isEval(report: unknown): report is EvalReport {
  return (report as { schema: string }).schema.startsWith('cpueval/eval/');
}

export function diffOf(name: string): DiffReport {
  const report = read(name);
  if (isEval(report)) throw new Error(`${name} is no diff`);
  return report as DiffReport;
}

export function evalOf(name: string): EvalReport {
  const report = read(name);
  if (!isEval(report)) throw new Error(`${name} is no eval`);
  return report;
}
