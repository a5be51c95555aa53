#!/usr/bin/env bash
# Starts three replicas of tocsin on this machine, and a webhook that prints what
# they tell it. Ctrl-C ends all of them. "make run-ha" builds them first.
set -euo pipefail
cd "$(dirname "$0")/../.."

data=$(mktemp -d)
pids=()
end() {
  trap - EXIT
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait
  rm -rf "$data"
}
trap end EXIT
trap 'exit 0' INT TERM

bin/webhook -listen 127.0.0.1:9099 &
pids+=($!)
for i in 1 2 3; do
  web=127.0.0.1:$((9092 + i)) gossip=127.0.0.1:$((9192 + i))
  bin/tocsin --config.file=examples/ha/tocsin.yml --storage.path="$data/$i" \
    --web.listen-address=$web --web.external-url=http://$web \
    --cluster.listen-address=$gossip --cluster.peer-name=replica$i \
    --cluster.peer=127.0.0.1:9193 --cluster.peer=127.0.0.1:9194 --cluster.peer=127.0.0.1:9195 \
    "$@" 2> >(sed -u "s/^/replica$i  /") &
  pids+=($!)
  echo "replica$i: http://$web, process $!"
done
cat <<'TEXT'
Post an alert to any of them, and see who tells the webhook:
  bin/tocsinctl --alertmanager.url=http://127.0.0.1:9094 alert add Disk severity=page
See the replicas:
  bin/tocsinctl --alertmanager.url=http://127.0.0.1:9093 cluster show
Then kill -9 the one that told it, resolve the alert, and see another one tell that.
TEXT
wait
