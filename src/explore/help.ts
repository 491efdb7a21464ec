import { VERDICTS } from '../data/contract/verdicts.ts';
import { span } from '../views/page/page.ts';
import { verdictTone } from '../views/page/verdict-tone.ts';
import { verdictWords } from '../views/words/verdicts.ts';
import { ink, type Line, line, wrapped } from './lines.ts';

type Entry = readonly [keys: string, does: string];

const GROUPS: readonly (readonly [title: string, entries: readonly Entry[]])[] = [
  [
    'THE TIMELINE',
    [
      ['right, l, space / left, h', 'one step on, one step back; 0 and $: first and last step'],
      ['a', 'add an event behind this step'],
      ['x, delete', 'remove this step'],
      ['< and >', 'move this step to the left, to the right'],
      ['i', 'all that this step found out, and what the timeline stands on'],
      ['f', 'a refused step: force what refuses it, by name'],
      ['u / U, ctrl-r', 'undo / do it again'],
      ['c', 'choose another machine, update, kernel, command line, policy, inhibitors, guests'],
    ],
  ],
  [
    'THE ROWS',
    [
      ['tab, n / shift-tab, p', 'next tab, tab before; 1 to 7 go straight to one'],
      ['down, j / up, k', 'row by row; page keys, ctrl-d, ctrl-u; g and G: first and last'],
      ['enter', 'why this row is as it is: causes, rules, source'],
      ['/', 'filter as you type; enter keeps it, esc clears it'],
      ['d', 'all rows; only rows with news; only what this step changed'],
      ['', 'rows with news stand first, then those that this step changed'],
    ],
  ],
  [
    'ANYWHERE',
    [
      ['e', 'export: scenario, JSON, Markdown'],
      ['?', 'these keys'],
      ['esc', 'close what is open'],
      ['q, ctrl-c', 'leave'],
    ],
  ],
  [
    'SIGNS IN FRONT OF A ROW',
    [
      ['*', 'this step changed it; behind a tab: so many of its rows'],
      ['+ and -', 'this step brought it, took it away'],
      ['>', 'the selected row'],
      ['! before a step', 'it is refused'],
    ],
  ],
  [
    'COLUMNS OF VULNERABILITIES',
    [
      ['kernel says', 'what sysfs says, before the update and now, where both are the same'],
      ['before', 'what sysfs said before the update'],
      ['now', 'what sysfs says after this step'],
      ['in fact', 'what protects the machine after this step, whatever sysfs says'],
      ['after a reboot', 'what sysfs would say after a reboot with the same update'],
    ],
  ],
];

const KEYS = 26;

function entryLines([keys, does]: Entry, width: number): Line[] {
  const texts = wrapped([span(does)], Math.max(20, width - KEYS - 4));
  return texts.map((text, at) => [ink(`  ${(at === 0 ? keys : '').padEnd(KEYS)} `, 'strong'), ...text]);
}

/** @returns every key with what it does, the signs, and what the verdicts mean. */
export function helpLines(width: number): Line[] {
  const groups = GROUPS.flatMap(([title, entries]) => [line(title, 'dim'), ...entries.flatMap((entry) => entryLines(entry, width)), []]);
  const verdicts = [...VERDICTS].reverse().flatMap((verdict): Line[] => {
    const texts = wrapped([span(verdictWords[verdict].meaning)], Math.max(20, width - KEYS - 4));
    return texts.map((text, at) => [ink(`  ${(at === 0 ? verdictWords[verdict].word : '').padEnd(KEYS)} `, verdictTone(verdict)), ...text]);
  });
  return [...groups, line('VERDICTS, WORST FIRST', 'dim'), ...verdicts];
}
