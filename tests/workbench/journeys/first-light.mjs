export const firstLight = { name: "first light", world: {}, steps: [] };
