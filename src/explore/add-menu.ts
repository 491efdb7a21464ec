import type { Machine } from '../engine/model/machine.ts';
import type { Step } from './session.ts';
import type { Menu, MenuItem, State } from './state.ts';

function add(key: string, label: string, hint: string, ...steps: readonly Step[]): MenuItem {
  return { key, label, hint, does: { kind: 'add', steps } };
}

function ask(key: string, label: string, hint: string, wanted: 'process' | 'module' | 'cpu' | 'msr', about = '', text = ''): MenuItem {
  return { key, label, hint, does: { kind: 'ask', wanted, about, text } };
}

/** A name that no guest of the timeline has yet. */
function freeName({ steps }: State): string {
  const taken = new Set(steps.map(({ guest }) => guest));
  let number = 1;
  while (taken.has(`web-${number}`)) number++;
  return `web-${number}`;
}

/** Only the first guest gets the letter; the others are reached with the arrows. */
function guestItems(machine: Machine | null): MenuItem[] {
  return (machine?.guests ?? []).flatMap(({ name: guest, model, away }, at): MenuItem[] => {
    const key = (letter: string): string => (at === 0 ? letter : '');
    const back: Step = { type: 'guest-migrate', guest, direction: 'back' };
    if (away) return [add(key('a'), `bring ${guest} back`, 'with all that it was told', back)];
    return [
      add(key('s'), `stop ${guest}`, 'power off', { type: 'guest-stop', guest }),
      add(key('c'), `recreate ${guest}`, 'power off and on', { type: 'guest-stop', guest }, { type: 'guest-start', guest, model }),
      add(key('a'), `move ${guest} away`, 'to another host', { type: 'guest-migrate', guest, direction: 'away' }),
      add(key('v'), `add a vCPU to ${guest}`, 'it gets what KVM offers now', { type: 'vcpu-create', guest }),
    ];
  });
}

/** Guests stop, the module goes and comes, guests start again. */
function reload(machine: Machine | null): Step[] {
  const guests = (machine?.guests ?? []).filter(({ away }) => !away);
  return [
    ...guests.map(({ name: guest }): Step => ({ type: 'guest-stop', guest })),
    { type: 'kvm-unload' },
    { type: 'kvm-load' },
    ...guests.map(({ name: guest, model }): Step => ({ type: 'guest-start', guest, model })),
  ];
}

/** @returns what can be added behind the step that is shown. */
export function addMenu(state: State): Menu {
  const machine = state.session?.steps[state.at]?.machine ?? null;
  const guest = freeName(state);
  const kvm =
    machine?.kvm == null
      ? [add('m', 'load KVM', 'it takes its copies now', { type: 'kvm-load' })]
      : [
          add('u', 'unload KVM', 'refused while a guest runs', { type: 'kvm-unload' }),
          add('r', 'reload KVM', 'stop the guests, unload, load, start the guests', ...reload(machine)),
        ];
  const items = [
    add('l', 'late load', 'echo 1 > /sys/devices/system/cpu/microcode/reload', { type: 'microcode-late-load' }),
    ...kvm,
    add('g', `start guest ${guest}`, 'host-passthrough', { type: 'guest-start', guest, model: 'host-passthrough' }),
    ...guestItems(machine),
    add('b', 'reboot', 'with the update in the initramfs', { type: 'reboot' }),
    add('x', 'kexec', 'a new kernel, the CPUs keep what they have', { type: 'kexec' }),
    ask('o', 'CPU offline ...', 'asks which', 'cpu', 'cpu-offline', '1'),
    ask('n', 'CPU online ...', 'asks which', 'cpu', 'cpu-online', '1'),
    add('z', 'suspend and resume', 'all CPUs but the first are identified again', { type: 'resume' }),
    ask('p', 'start a process ...', 'asks for its name', 'process'),
    add('P', 'restart all processes', 'they look at CPUID again', { type: 'process-start', name: '*' }),
    ask('t', 'load another module ...', 'asks for its name', 'module'),
    ask('w', 'write an MSR ...', 'asks for MSR and value', 'msr', '', '0x122 0x3'),
    add('e', 're-evaluate', 'features, bugs, mitigations: not in mainline', { type: 'reevaluate' }),
  ];
  return { kind: 'menu', title: `ADD BEHIND STEP ${state.at + 1}`, items, at: 0 };
}
