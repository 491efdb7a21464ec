import type { Tone } from '../views/page/page.ts';
import type { TreeNode } from '../views/page/tree.ts';
import type { Choices, Listed, OpenedScenario, PathEntry, Prepared } from './outside.ts';
import { NO_CHOICES } from './outside.ts';
import type { Session, Step } from './session.ts';

export const FIELDS = ['profile', 'blob', 'kernel', 'cmdline', 'policy', 'inhibit', 'guests'] as const;
export type Field = (typeof FIELDS)[number];

export const TAB_IDS = ['vulnerabilities', 'features', 'bugs', 'snapshots', 'guests', 'plan', 'log'] as const;
export type TabId = (typeof TAB_IDS)[number];

/** Which rows are shown: all, those that the update has news for, or those that the last step changed. */
export const SHOWN = ['all', 'news', 'step'] as const;
export type Shown = (typeof SHOWN)[number];

/** A line that is being typed. */
export interface EditLine {
  readonly text: string;
  /** In characters, not in units of UTF-16. */
  readonly cursor: number;
}

/** A list with a line to filter it, over the screen. */
export interface Picker {
  readonly kind: 'picker';
  readonly field: Field;
  readonly line: EditLine;
  /** Index into the items that the filter leaves. */
  readonly at: number;
  /** What stands in the folder that is being typed. */
  readonly entries: readonly PathEntry[];
}

export type PromptFor = 'export' | 'cmdline' | 'process' | 'module' | 'cpu' | 'msr';

/** One line to type, over the screen. */
export interface Prompt {
  readonly kind: 'prompt';
  readonly wanted: PromptFor;
  readonly line: EditLine;
  /** export: the form. cpu: `cpu-online` or `cpu-offline`. */
  readonly about: string;
  /** export: the file is there, and enter writes over it. */
  readonly over: boolean;
  /** Which of the things that the line can become is selected. */
  readonly at: number;
}

/** @returns a line to type, with something in it to begin with. */
export function promptOf(wanted: PromptFor, about: string, text: string): Prompt {
  return { kind: 'prompt', wanted, about, line: lineOf(text), over: false, at: 0 };
}

export interface MenuItem {
  readonly key: string;
  readonly label: string;
  readonly hint: string;
  readonly does: MenuAction;
}

/** What an item of a menu does. */
export type MenuAction =
  | { readonly kind: 'add'; readonly steps: readonly Step[] }
  | { readonly kind: 'ask'; readonly wanted: PromptFor; readonly about: string; readonly text: string }
  | { readonly kind: 'force'; readonly id: string };

export interface Menu {
  readonly kind: 'menu';
  readonly title: string;
  readonly items: readonly MenuItem[];
  readonly at: number;
}

/** Why a row is as it is, or all that a step did. */
export interface Explanation {
  readonly kind: 'explanation';
  readonly title: string;
  readonly trees: readonly TreeNode[];
  readonly scroll: number;
}

export interface Help {
  readonly kind: 'help';
  readonly scroll: number;
}

export type Overlay = Picker | Prompt | Menu | Explanation | Help;

/** What can be undone: what was chosen and the timeline. */
export interface Moment {
  readonly choices: Choices;
  readonly prepared: Prepared | null;
  readonly steps: readonly Step[];
  readonly at: number;
  /** As it was played; null once it is so long ago that it is rather played again than kept. */
  readonly session: Session | null;
}

/** What the reducer wants of the world outside; the answer comes back through `answered.ts`. */
export type Wish =
  | { readonly kind: 'prepare'; readonly choices: Choices; readonly field: Field | null }
  | { readonly kind: 'list'; readonly path: string; readonly field: Field }
  | { readonly kind: 'export'; readonly form: string; readonly path: string; readonly over: boolean }
  | { readonly kind: 'quit' };

export interface Message {
  readonly text: string;
  readonly tone: Tone;
}

/** Everything that is on the screen, and everything that decides what a key does. */
export interface State {
  readonly listed: Listed;
  readonly screen: 'choose' | 'timeline';
  /** Of the screen of choices: a field, or `play`. */
  readonly field: Field | 'play';
  /** The first way through the choices: each opens the next. */
  readonly guided: boolean;
  readonly choices: Choices;
  readonly prepared: Prepared | null;
  readonly steps: readonly Step[];
  /** Index of the step whose state is shown. */
  readonly at: number;
  readonly session: Session | null;
  readonly tab: TabId;
  /** Key of the selected row of each tab: it stays selected when the step changes. */
  readonly rows: Readonly<Partial<Record<TabId, string>>>;
  readonly shown: Shown;
  readonly filter: EditLine;
  /** The filter is being typed. */
  readonly filtering: boolean;
  readonly overlay: Overlay | null;
  readonly past: readonly Moment[];
  readonly future: readonly Moment[];
  readonly message: Message | null;
  readonly wish: Wish | null;
  readonly width: number;
  readonly height: number;
}

export const EMPTY_LINE: EditLine = { text: '', cursor: 0 };

/** @returns a line with the cursor behind its text. */
export function lineOf(text: string): EditLine {
  return { text, cursor: [...text].length };
}

/**
 * @param listed what is built in
 * @param opened a saved scenario, or what the command line has chosen already
 */
export function startState(listed: Listed, opened: OpenedScenario | null, size: { readonly width: number; readonly height: number }): State {
  const choices = opened?.choices ?? NO_CHOICES;
  const chosen = choices.profile !== null;
  return {
    listed,
    screen: 'choose',
    field: chosen ? 'blob' : 'profile',
    guided: true,
    choices,
    prepared: null,
    steps: opened?.events ?? [],
    at: 0,
    session: null,
    tab: 'vulnerabilities',
    rows: {},
    shown: 'all',
    filter: EMPTY_LINE,
    filtering: false,
    overlay: chosen ? null : { kind: 'picker', field: 'profile', line: EMPTY_LINE, at: 0, entries: [] },
    past: [],
    future: [],
    message: null,
    wish: chosen ? { kind: 'prepare', choices, field: null } : null,
    ...size,
  };
}
