import { hex } from '../base/hex.ts';
import { POLICY_IDS } from '../engine/policies/policy.ts';
import { cpuReport } from '../engine/report/eval-report.ts';
import { cpuWords } from '../views/page/headline.ts';
import { bootedOn } from './booted.ts';
import { fits, isNewer } from './fit.ts';
import { type Choices, LIVE, type ListedUpdate, type PathEntry, sourceName } from './outside.ts';
import type { Picker, State } from './state.ts';

/** An entry of a list. */
export interface PickItem {
  readonly label: string;
  readonly hint: string;
  /** The choices once it is picked; null: `opens` says what follows instead. */
  readonly choices: Choices | null;
  /** A folder whose entries are shown next. */
  readonly opens?: { readonly path: string };
  /** What tab goes on with, where a path is typed. */
  readonly path?: string;
  /** Stays whatever is typed. */
  readonly always?: boolean;
}

/** @returns whether what is typed means a path. */
export function isPath(text: string): boolean {
  return /^[./~]/.test(text) || text.includes('/');
}

/** The newest update of a file that fits the CPU. */
function fittingUpdate({ updates = [] }: PathEntry, { prepared }: State): ListedUpdate | undefined {
  if (prepared === null) return undefined;
  const fitting = updates.filter((update) => fits(update, prepared));
  return fitting.sort((one, other) => Number(other.revision ?? 0) - Number(one.revision ?? 0))[0];
}

/** A file that holds nothing for this CPU; one that nobody could look into may hold it. */
function isForOthers(entry: PathEntry, state: State): boolean {
  return entry.updates !== undefined && fittingUpdate(entry, state) === undefined;
}

function updateHint(update: ListedUpdate | undefined, state: State): string {
  if (update === undefined || state.prepared === null) return '';
  const newer = isNewer(update, state.prepared) ? '' : '(not newer than what runs)';
  return [update.revision ?? '', update.date ?? '', update.title, newer].filter((text) => text !== '').join('  ');
}

function pathItems(state: State, picker: Picker): PickItem[] {
  const typed = picker.line.text;
  const chosen = (path: string): Choices => (picker.field === 'profile' ? { ...state.choices, profile: path, blob: null } : { ...state.choices, blob: path });
  // The folder stands in the line above already.
  const lead = typed.lastIndexOf('/') + 1;
  const items = picker.entries
    .filter((entry) => !isForOthers(entry, state))
    .map((entry): PickItem => {
      const { path, folder } = entry;
      const label = path.slice(lead);
      if (folder) return { label, hint: 'folder', choices: null, opens: { path }, path };
      return { label, hint: updateHint(fittingUpdate(entry, state), state), choices: chosen(path), path };
    });
  const whole: PickItem[] =
    picker.field === 'blob' && typed.endsWith('/')
      ? [{ label: 'the whole folder', hint: 'the kernel picks what it would load from it', choices: chosen(typed), path: typed }]
      : [];
  const exact = picker.entries.some(({ path }) => path === typed);
  const asTyped: PickItem[] = exact || typed.endsWith('/') ? [] : [{ label: typed, hint: 'this path as it stands', choices: chosen(typed), path: typed }];
  return [...whole, ...items, ...asTyped];
}

function profileItems({ listed, choices }: State): PickItem[] {
  const take = (profile: string): Choices => ({ ...choices, profile, blob: null });
  return [
    ...listed.profiles.map(({ name, title }) => ({ label: name, hint: title, choices: take(name) })),
    { label: 'this machine', hint: 'reads the CPU and the kernel that this program runs on', choices: take(LIVE), always: true },
    { label: 'a file ...', hint: 'type its path, or pick from the list', choices: null, opens: { path: './' }, always: true },
  ];
}

function updateItems(state: State): PickItem[] {
  const { listed, choices, prepared } = state;
  const fitting = prepared === null ? [] : listed.updates.filter((update) => fits(update, prepared));
  // What the kernel would take comes first.
  const rank = (update: (typeof fitting)[number]): number => (prepared !== null && isNewer(update, prepared) ? 0 : 1);
  const built = [...fitting]
    .sort((one, other) => rank(one) - rank(other))
    .map((update): PickItem => ({ label: update.name, hint: updateHint({ ...update, date: null }, state), choices: { ...choices, blob: update.name } }));
  return [
    ...built,
    {
      label: 'a file or folder ...',
      hint: 'a microcode file, a folder such as /lib/firmware, or a descriptor',
      choices: null,
      opens: { path: './' },
      always: true,
    },
    { label: 'no update', hint: 'only look at the machine', choices: { ...choices, blob: null }, always: true },
  ];
}

/** The name under which the kernel of the profile stands in the list. */
const OWN_KERNEL = "the machine's own";

function kernelItems({ listed, choices, prepared }: State, typed: string): PickItem[] {
  const named = prepared?.profile.kernel ?? null;
  const its: PickItem[] = named === null ? [] : [{ label: OWN_KERNEL, hint: named, choices: { ...choices, kernel: null } }];
  const lines = listed.kernels.flatMap(({ line, release, builds }): PickItem[] => [
    { label: line, hint: `Linux ${release}, Debian's configuration with late loading built in`, choices: { ...choices, kernel: line } },
    ...builds.map((build) => ({ label: build, hint: `line ${line}, with the configuration it was built with`, choices: { ...choices, kernel: build } })),
  ]);
  const own: PickItem[] = /\d/.test(typed)
    ? [{ label: typed, hint: 'this release: the nearest modelled line answers for it', choices: { ...choices, kernel: typed }, always: true }]
    : [];
  const exact = lines.some(({ label }) => label === typed);
  return exact ? [...its, ...lines] : [...its, ...lines, ...own];
}

const POLICY_HINTS: Readonly<Record<string, string>> = {
  mainline: 'what this kernel does: nothing is looked at again',
  rfc: 'the 2020 series: features, bugs and mitigations are evaluated again, KVM is not',
  uek4: "what Oracle's UEK4 shipped: the speculation controls are looked at again",
  full: 'rfc, and KVM and TSX_CTRL too: nobody has ever written it',
};

function policyItems({ choices }: State): PickItem[] {
  return POLICY_IDS.map((policy) => ({ label: policy, hint: POLICY_HINTS[policy] ?? '', choices: { ...choices, policy } }));
}

function inhibitorItems({ choices }: State): PickItem[] {
  return [
    { label: 'off', hint: 'as every released kernel: nothing holds an update back', choices: { ...choices, inhibit: false, strict: false } },
    { label: 'on', hint: 'KVM, guests and other holders can hold an update back until they are gone', choices: { ...choices, inhibit: true, strict: false } },
    { label: 'strict', hint: 'and an update whose effects nobody has described is refused', choices: { ...choices, inhibit: true, strict: true } },
  ];
}

function guestItems({ choices }: State): PickItem[] {
  const { guests } = choices;
  const free = (): string => {
    let number = 1;
    while (guests.some(({ name }) => name === `web-${number}`)) number++;
    return `web-${number}`;
  };
  const add = (model: string, hint: string): PickItem => ({
    label: `add a ${model} guest`,
    hint,
    choices: { ...choices, guests: [...guests, { name: free(), model }] },
    always: true,
  });
  return [
    ...guests.map((guest) => ({
      label: `remove ${guest.name}`,
      hint: guest.model,
      choices: { ...choices, guests: guests.filter((one) => one !== guest) },
    })),
    add('host-passthrough', 'told everything that KVM offers, and the revision of the host'),
    add('host-model', "told what the daemon's cache of KVM's answers says"),
    { label: 'no guests', hint: '', choices: { ...choices, guests: [] } },
  ];
}

function itemsOf(state: State, picker: Picker): PickItem[] {
  const typed = picker.line.text;
  if ((picker.field === 'profile' || picker.field === 'blob') && isPath(typed)) return pathItems(state, picker);
  if (picker.field === 'profile') return profileItems(state);
  if (picker.field === 'blob') return updateItems(state);
  if (picker.field === 'kernel') return kernelItems(state, typed);
  if (picker.field === 'policy') return policyItems(state);
  return picker.field === 'inhibit' ? inhibitorItems(state) : guestItems(state);
}

/** Every word that is typed must stand somewhere in the entry. */
function matches(item: PickItem, words: readonly string[]): boolean {
  const text = `${item.label} ${item.hint}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

/** @returns what a list does not show, and why: a sentence, or nothing. */
export function pickNote(state: State, picker: Picker): string {
  if (picker.field !== 'blob') return '';
  if (!isPath(picker.line.text)) return updateItems(state).some(({ always }) => always !== true) ? '' : 'No built-in update is for this CPU.';
  const others = picker.entries.filter((entry) => isForOthers(entry, state)).length;
  if (others === 0) return '';
  return others === 1 ? 'One file is left out: it holds no update for this CPU.' : `${others} files are left out: they hold no update for this CPU.`;
}

/** @returns the entries of a list that what is typed leaves. */
export function pickItems(state: State, picker: Picker): PickItem[] {
  const items = itemsOf(state, picker);
  if (isPath(picker.line.text) && (picker.field === 'profile' || picker.field === 'blob')) return items;
  const words = picker.line.text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const meant = items.filter((item) => matches(item, words));
  // What stays whatever is typed comes behind what is meant.
  return [...meant, ...items.filter((item) => item.always === true && !meant.includes(item))];
}

/** @returns the machine that is chosen in words: `Skylake (06-5e-03), microcode 0xc6`. */
export function machineWords(state: State): string {
  const kernel = bootedOn(state.session);
  if (kernel === null) return state.prepared?.profile.title ?? '';
  const { silicon, revision } = kernel.threads[0]!;
  return `${cpuWords(cpuReport(kernel.kernel, silicon))}, microcode ${hex(revision)}`;
}

/** @returns the index of the entry that is chosen now; 0 where none is. */
export function chosenIndex(state: State, picker: Picker): number {
  const { choices, prepared } = state;
  const now: Readonly<Partial<Record<Picker['field'], string>>> = {
    profile: sourceName(choices.profile),
    blob: sourceName(choices.blob),
    kernel: choices.kernel ?? (prepared?.profile.kernel == null ? (prepared?.kernel.line ?? '') : OWN_KERNEL),
    policy: choices.policy,
    inhibit: choices.strict ? 'strict' : choices.inhibit ? 'on' : 'off',
  };
  return Math.max(
    0,
    pickItems(state, picker).findIndex(({ label }) => label === now[picker.field]),
  );
}
