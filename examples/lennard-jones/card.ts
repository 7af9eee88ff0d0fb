export const lennardJonesCard = '';
