import { cell, span } from '../../views/page/page.ts';
import { node } from '../../views/page/tree.ts';
import type { Comparison } from '../compare.ts';
import type { Tab } from './tab.ts';

/** What the CPU code of the running kernel has printed since it was started. */
export function logTab({ machine }: Comparison): Tab {
  const rows = machine.kernel.log.map((line, at) => ({
    key: `${at} ${line}`,
    cells: [cell(line)],
    news: false,
    trees: () => [node([span(line)])],
  }));
  return { columns: [{ title: 'KERNEL LOG', min: 20 }], rows, inTime: true, empty: 'The CPU code has printed nothing.' };
}
