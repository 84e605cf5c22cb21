#!/bin/sh
# Writes vars.xml from the environment and becomes FreeSWITCH. A password that is not given is made up; it is never
# printed, because logs travel: `docker exec NAME cat /run/carillon-freeswitch/password` shows it.
set -eu
run=/run/carillon-freeswitch
conf=$run/conf
state=/var/lib/carillon

# What is written into XML must not be able to leave it.
plain() {
  case "$2" in
    '' | *[!A-Za-z0-9_./:-]*) echo "$1: use letters, digits and . _ - / : only" >&2; exit 2 ;;
  esac
}

umask 077
mkdir -p "$conf" "$state/db" "$state/log" "$state/certs"
cp /usr/share/carillon-freeswitch/*.xml "$conf"
if [ -z "${ESL_PASSWORD:-}" ]; then
  ESL_PASSWORD=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  echo "No ESL_PASSWORD was given; the one made up is in $run/password in the container."
fi
ESL_IP=${ESL_IP:-0.0.0.0} ESL_PORT=${ESL_PORT:-8021} ENGINE_CIDR=${ENGINE_CIDR:-127.0.0.1/32}
SIP_PORT=${SIP_PORT:-5066} RTP_START_PORT=${RTP_START_PORT:-16384} RTP_END_PORT=${RTP_END_PORT:-24382}

printf '%s' "$ESL_PASSWORD" > "$run/password"
printf '%s' "$ESL_PORT" > "$run/port"
# The health check asks where the switch listens; 0.0.0.0 is not an address to call.
case "$ESL_IP" in 0.0.0.0) printf 127.0.0.1 ;; ::) printf ::1 ;; *) printf '%s' "$ESL_IP" ;; esac > "$run/host"
{
  echo '<include>'
  for setting in \
    "esl_ip=$ESL_IP" "esl_port=$ESL_PORT" "esl_password=$ESL_PASSWORD" "engine_cidr=$ENGINE_CIDR" \
    "sip_port=$SIP_PORT" "rtp_start_port=$RTP_START_PORT" "rtp_end_port=$RTP_END_PORT"
  do
    plain "${setting%%=*}" "${setting#*=}"
    echo "  <X-PRE-PROCESS cmd=\"set\" data=\"$setting\"/>"
  done
  echo '</include>'
} > "$conf/vars.xml"
umask 022  # the engine reads what the switch records
exec freeswitch -conf "$conf" -log "$state/log" -db "$state/db" -run "$run" -certs "$state/certs" \
  -nonat -nonatmap -np -nf -c
