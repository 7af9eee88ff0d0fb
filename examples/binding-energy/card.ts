export const bindingEnergyCard = '';
