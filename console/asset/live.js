// Keeps a page true: replaces the parts that the server says have changed, and says so when
// nothing has been heard for five seconds. Every page works without it, by reload.
'use strict';
(() => {
  const main = document.querySelector('main[data-live]');
  if (!main || !window.EventSource) return;
  const silence = 5000, retry = 10000;
  const stale = document.getElementById('stale');
  let stream, quiet, again;

  // The element that has focus inside old, found again in fresh by its place among its like.
  const place = (old) => {
    const on = document.activeElement;
    if (!on || !old.contains(on)) return null;
    const like = 'a,button,summary,input,select';
    const i = [...old.querySelectorAll(like)].indexOf(on);
    return (fresh) => { const to = on === old ? fresh : fresh.querySelectorAll(like)[i]; if (to) to.focus({ preventScroll: true }); };
  };

  const put = (part) => {
    const box = document.createElement('template');
    box.innerHTML = part.html;
    const fresh = box.content.firstElementChild;
    if (!fresh) return;
    if (part.fresh) fresh.classList.add('fresh');
    const old = document.getElementById(part.id);
    if (!old) {
      const into = document.getElementById(part.into);
      if (into) into.append(fresh);
      return;
    }
    const refocus = place(old);
    old.querySelectorAll('details[open]').forEach((d) => { const to = d.id && fresh.querySelector('#' + CSS.escape(d.id)); if (to) to.open = true; });
    old.replaceWith(fresh);
    if (refocus) refocus(fresh);
  };

  const setLive = (on) => {
    document.querySelectorAll('[data-when]').forEach((e) => { e.hidden = (e.dataset.when === 'live') !== on; });
    stale.hidden = on;
  };

  const heard = (clock) => {
    clearTimeout(quiet);
    quiet = setTimeout(() => setLive(false), silence);
    document.querySelectorAll('[data-clock]').forEach((e) => { e.textContent = clock; });
    setLive(true);
  };

  const open = () => {
    clearTimeout(again);
    stream = new EventSource(main.dataset.live);
    stream.onmessage = (event) => {
      const told = JSON.parse(event.data);
      (told.set || []).forEach(put);
      heard(told.clock);
    };
    stream.onerror = () => {
      // The browser tries again by itself unless the server refused; then we do, less often.
      if (stream.readyState === EventSource.CLOSED) again = setTimeout(open, retry);
    };
    clearTimeout(quiet);
    quiet = setTimeout(() => setLive(false), silence);
  };

  // A page that nobody looks at holds no stream: servers bound them, and browsers allow few.
  const close = () => { clearTimeout(again); clearTimeout(quiet); if (stream) stream.close(); };
  document.addEventListener('visibilitychange', () => { close(); if (!document.hidden) open(); });
  window.addEventListener('pagehide', close);
  window.addEventListener('pageshow', (event) => { if (event.persisted) open(); });
  if (!document.hidden) open();
})();
