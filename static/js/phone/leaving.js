// Signing out with a signal is refused while something on this phone has not been sent: it lies in
// the store of who signs out, and goes only under their name. Exported counts as safe.

export async function leave(form) {
  if (await unsafe(form.dataset.signOut)) {
    sessionStorage.setItem("leaving", "");
    location.assign(form.dataset.outbox);
    return;
  }
  form.dataset.sure = "1";
  form.requestSubmit();
}

/** How many items wait here that were not exported; a store that is not there is not made. */
export async function unsafe(account) {
  const store = await openIfThere(`fieldapp-${account}`);
  if (!store) return 0;
  try {
    if (!store.objectStoreNames.contains("outbox")) return 0;
    const rows = await settled(store.transaction("outbox").objectStore("outbox").getAll());
    return rows.filter((row) => !row.exported_at).length;
  } finally {
    store.close();
  }
}

function openIfThere(name) {
  if (!globalThis.indexedDB) return null;
  return new Promise((resolve) => {
    const request = indexedDB.open(name);
    request.onupgradeneeded = () => request.transaction.abort();
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => resolve(null);
    request.onblocked = () => resolve(null);
  });
}

function settled(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
