import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Trace } from '../engine/look/trace.ts';

/*
 * Loaded into each process of a test run before its tests: notes which rules of the engine they reach, whatever they ask of it. The engine knows
 * nothing of it.
 */
const folder = process.env.CPUEVAL_RULES_REACHED;

if (folder !== undefined) {
  const reached = new Set<string>();
  const { step } = Trace.prototype;
  Trace.prototype.step = function (rule: string): number {
    reached.add(rule);
    return step.call(this, rule);
  };
  process.on('exit', () => writeFileSync(join(folder, `${process.pid}.json`), JSON.stringify([...reached])));
}
