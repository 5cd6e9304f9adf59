#!/bin/sh
# The browser tests drive Debian's Chromium. As root on Debian it is installed when absent;
# elsewhere this says how, and the browser tests skip (under CI they fail).
for name in chromium chromium-browser google-chrome; do
    command -v "$name" >/dev/null 2>&1 && exit 0
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get install -y -q chromium >/dev/null 2>&1 ||
        { apt-get update -q >/dev/null && apt-get install -y -q chromium >/dev/null; } ||
        echo "Chromium could not be installed; the browser tests will say so." >&2
else
    echo "No Chromium here. Install it (Debian: sudo apt-get install chromium) to run the browser tests." >&2
fi
