import { COMPLETION_SCRIPTS, SHELLS } from '../completion/scripts.js';
import { defineCommand } from '../command.js';

export const completion = defineCommand({
  name: 'completion',
  summary: 'Print a script that teaches the shell to complete retort, with names from the server',
  positionals: {
    shell: { kind: 'choice', required: true, choices: SHELLS, describe: 'Which shell' },
  },
  options: {},
  examples: [
    ['eval "$(retort completion bash)"', 'In ~/.bashrc'],
    ['eval "$(retort completion zsh)"', 'In ~/.zshrc, behind compinit'],
    ['retort completion fish | source', 'In ~/.config/fish/config.fish'],
  ],
  output: '{shell, script}',
  async run({ shell }) {
    const script = COMPLETION_SCRIPTS[shell];
    return { json: { shell, script }, text: script };
  },
});
