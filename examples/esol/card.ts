export const esolCard = '';
