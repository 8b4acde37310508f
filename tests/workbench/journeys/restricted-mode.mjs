export const restrictedMode = { name: "restricted mode", world: { trust: true }, steps: [] };
