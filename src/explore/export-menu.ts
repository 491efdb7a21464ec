import { sourceName } from './outside.ts';
import type { Menu, MenuItem, State } from './state.ts';

function item(key: string, label: string, hint: string, form: string, name: string): MenuItem {
  return { key, label, hint, does: { kind: 'ask', wanted: 'export', about: form, text: name } };
}

/** Only what every file system takes as a name. */
function baseName({ prepared, choices }: State): string {
  const name = (prepared?.profile.id ?? sourceName(choices.profile)).replace(/[^A-Za-z0-9._-]+/g, '-').slice(0, 80);
  return /^[.-]*$/.test(name) ? 'machine' : name.replace(/^[.-]+/, '');
}

/** @returns what can be written, each with a name to begin with. */
export function exportMenu(state: State): Menu {
  const name = baseName(state);
  return {
    kind: 'menu',
    title: 'EXPORT',
    items: [
      item('s', 'scenario', 'the choices and the timeline: cpueval run plays it, explore --scenario opens it', 'scenario', `${name}.scenario.json`),
      item('j', 'JSON', 'every step with its state: what cpueval run prints for the scenario', 'json', `${name}.run.json`),
      item('m', 'Markdown', 'the dry run of the first late load, for a change request', 'markdown', `${name}.md`),
    ],
    at: 0,
  };
}
