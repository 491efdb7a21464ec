import { escapeControl } from '../base/escape.ts';
import type { EvalReport } from '../engine/model/report.ts';

const FOLDER = '/sys/devices/system/cpu/vulnerabilities';

/** @returns what `grep . /sys/devices/system/cpu/vulnerabilities/*` prints: the files in the order of the shell. */
export function asSysfs({ vulnerabilities }: EvalReport): string {
  return Object.entries(vulnerabilities)
    .map(([name, text]) => `${FOLDER}/${name}:${escapeControl(text)}\n`)
    .join('');
}
