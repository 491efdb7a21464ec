import type { CpuidRow } from '../../data/contract/profile.ts';
import type { MachineEvent } from '../events/event.ts';
import type { RegisterValues } from '../guests/register-bits.ts';
import { parseRegister } from '../kvm/cap-words.ts';
import type { Machine } from '../model/machine.ts';
import { type PlannedStep, type PlanState, step, stepId } from './step.ts';

/** What a plan may contain: `load`, `image`, `kvm`, `libvirt`, and with a name behind it `online`, `drain`, `recreate`, `stop` and `restart`. */
export type Part = string;

/** Everything that runs, init included. */
export const ALL_PROCESSES = '*';

function withoutProcess(name: string): (state: PlanState) => PlanState {
  return (state) => ({ ...state, machine: { ...state.machine, processes: state.machine.processes.filter((one) => one.name !== name) } });
}

/** From now on the image of the next boot holds the update itself. */
function rebuiltImage(state: PlanState): PlanState {
  const { context } = state;
  return { ...state, context: { ...context, early: 'same', ...(context.otherwise ? { otherwise: { ...context.otherwise, earlyRevision: null } } : {}) } };
}

/** What must be out of the way before the load. */
function preparations(machine: Machine, parts: ReadonlySet<Part>): PlannedStep[] {
  const steps: PlannedStep[] = machine.threads
    .filter(({ number }) => parts.has(`online ${number}`))
    .map(({ number }) => step('cpu-online', String(number), [], [{ type: 'cpu-online', cpu: number }]));
  if (parts.has('image')) steps.push({ ...step('image-rebuild', '', [], []), aside: rebuiltImage });
  for (const { name } of machine.processes) if (parts.has(`stop ${name}`)) steps.push({ ...step('process-stop', name, [], []), aside: withoutProcess(name) });
  const drained: PlannedStep[] = [];
  for (const { name, away } of machine.guests) {
    if (away || !(parts.has('kvm') || parts.has(`drain ${name}`))) continue;
    const leaves: MachineEvent = parts.has(`recreate ${name}`)
      ? { type: 'guest-stop', guest: name }
      : { type: 'guest-migrate', guest: name, direction: 'away' };
    drained.push(step(leaves.type === 'guest-stop' ? 'guest-stop' : 'guest-migrate', name, [], [leaves]));
  }
  steps.push(...drained);
  if (machine.kvm !== null && parts.has('kvm')) {
    steps.push(
      step(
        'kvm-unload',
        machine.kvm.module,
        drained.map(({ id }) => id),
        [{ type: 'kvm-unload' }],
      ),
    );
  }
  return steps;
}

/** The registers of a custom guest as its owner wrote them down. */
function rowsOf(wanted: RegisterValues): CpuidRow[] {
  const rows = new Map<string, { -readonly [Key in keyof CpuidRow]: string }>();
  for (const [name, value] of Object.entries(wanted)) {
    const { leaf, subleaf, register } = parseRegister(name);
    const key = `${leaf} ${subleaf}`;
    const row = rows.get(key) ?? { leaf: `0x${leaf.toString(16)}`, subleaf: `0x${subleaf.toString(16)}`, eax: '0x0', ebx: '0x0', ecx: '0x0', edx: '0x0' };
    row[register] = `0x${value.toString(16)}`;
    rows.set(key, row);
  }
  return [...rows.values()];
}

function startEvent(machine: Machine, name: string): MachineEvent {
  const { model, wanted } = machine.guests.find((guest) => guest.name === name)!;
  return { type: 'guest-start', guest: name, model, ...(wanted === null ? {} : { cpuid: rowsOf(wanted) }) };
}

/** Guests return, or go through power off and on here. */
function guestsBack(machine: Machine, parts: ReadonlySet<Part>, before: readonly PlannedStep[], after: readonly string[]): PlannedStep[] {
  return machine.guests.flatMap(({ name, away }): PlannedStep[] => {
    if (away) return [];
    const [stopped, migrated] = [stepId('guest-stop', name), stepId('guest-migrate', name)];
    const start = (requires: readonly string[]): PlannedStep => step('guest-start', name, requires, [startEvent(machine, name)]);
    if (before.some(({ id }) => id === migrated))
      return [step('guest-return', name, [migrated, ...after], [{ type: 'guest-migrate', guest: name, direction: 'back' }])];
    if (before.some(({ id }) => id === stopped)) return [start([stopped, ...after])];
    return parts.has(`recreate ${name}`) ? [step('guest-stop', name, after, [{ type: 'guest-stop', guest: name }]), start([stopped])] : [];
  });
}

function programs(machine: Machine, parts: ReadonlySet<Part>, after: readonly string[]): PlannedStep[] {
  return [...machine.processes.map(({ name }) => name), ALL_PROCESSES]
    .filter((name) => parts.has(`restart ${name}`) || parts.has(`stop ${name}`))
    .map((name) =>
      step('process-restart', name, parts.has(`stop ${name}`) ? [stepId('process-stop', name), ...after] : after, [{ type: 'process-start', name }]),
    );
}

/**
 * Steps in the order in which an orchestrator takes them (kernel-facts 6.3): make way, load, take copies anew, bring back what was in the way.
 * @param machine as the plan finds it
 * @param parts what the plan contains
 * @param update name of the update
 */
export function buildSteps(machine: Machine, parts: ReadonlySet<Part>, update: string): PlannedStep[] {
  const before = preparations(machine, parts);
  const load = parts.has('load')
    ? [
        step(
          'microcode-late-load',
          update,
          before.filter(({ action }) => action !== 'image-rebuild').map(({ id }) => id),
          [{ type: 'microcode-late-load' }],
        ),
      ]
    : [];
  let after = load.map(({ id }) => id);
  const steps = [...before, ...load];
  if (machine.kvm !== null && machine.kvmLoaded !== null && parts.has('kvm')) {
    const { module } = machine.kvm;
    const loaded = step('kvm-load', module, [stepId('kvm-unload', module), ...after], [{ type: 'kvm-load', module, parameters: machine.kvmLoaded.parameters }]);
    steps.push(loaded);
    after = [loaded.id];
  }
  if (parts.has('libvirt')) {
    const refreshed = step('libvirt-refresh', 'libvirtd', after, [{ type: 'process-start', name: 'libvirtd' }]);
    steps.push(refreshed);
    after = [refreshed.id];
  }
  return [...steps, ...guestsBack(machine, parts, before, after), ...programs(machine, parts, after)];
}
