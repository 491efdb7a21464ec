import type { Field } from '../state.ts';

/** What a choice is called, and what its list asks. */
export const fieldWords: Readonly<Record<Field, { readonly name: string; readonly question: string }>> = {
  profile: { name: 'Machine', question: 'Which machine?' },
  blob: { name: 'Update', question: 'Which microcode update? These fit the CPU.' },
  kernel: { name: 'Kernel', question: 'Which kernel runs?' },
  cmdline: { name: 'Command line', question: 'Kernel command line' },
  policy: { name: 'Policy', question: 'What happens after a load?' },
  inhibit: { name: 'Inhibitors', question: 'Can anybody hold an update back?' },
  guests: { name: 'Guests', question: 'Which guests run?' },
};
