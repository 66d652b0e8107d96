import { html, Html } from './html.ts';

/** Puts `value` as `portal-device` into the three kinds of storage; resolves when the last one is written. */
const writeDevice = `
const openDevices = () => new Promise((resolve, reject) => {
  const request = indexedDB.open('portal', 1);
  request.onupgradeneeded = () => request.result.createObjectStore('devices');
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});
const writeDevice = async (value) => {
  localStorage.setItem('portal-device', value);
  sessionStorage.setItem('portal-device', value);
  const database = await openDevices();
  await new Promise((resolve, reject) => {
    const transaction = database.transaction('devices', 'readwrite');
    transaction.objectStore('devices').put(value, 'portal-device');
    transaction.oncomplete = resolve;
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
  database.close();
};`;

/** Remembers the device at the login; a form that is sent sooner waits for it. */
export const deviceScript: Html = html`<script>
  ${new Html(writeDevice)};
  {
    const form = document.getElementById('login');
    const known = localStorage.getItem('portal-device') ?? crypto.randomUUID();
    let isWritten = false;
    const written = writeDevice(known)
      .catch(() => {})
      .then(() => {
        isWritten = true;
      });
    form.addEventListener('submit', (event) => {
      if (isWritten) return;
      event.preventDefault();
      written.then(() => form.submit());
    });
  }
</script>`;

/** Shows what the three kinds of storage hold; `/storage?set=VALUE` writes first. */
export const storageScript: Html = html`<script>
  ${new Html(writeDevice)};
  const readDevice = async () => {
    const database = await openDevices();
    const value = await new Promise((resolve, reject) => {
      const request = database.transaction('devices').objectStore('devices').get('portal-device');
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    database.close();
    return value;
  };
  const show = (kind, value) => {
    document.querySelector('[data-kind=' + kind + ']').textContent = value ?? '';
  };
  (async () => {
    const wanted = new URLSearchParams(location.search).get('set');
    if (wanted !== null) await writeDevice(wanted);
    show('local', localStorage.getItem('portal-device'));
    show('session', sessionStorage.getItem('portal-device'));
    show('indexeddb', await readDevice());
    document.getElementById('storage').dataset.ready = 'true';
  })();
</script>`;
