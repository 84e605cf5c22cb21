#!/bin/sh
# Writes vars.xml from the environment and becomes FreeSWITCH. A password that is not given is made up and shown once.
set -eu
conf=/etc/carillon-freeswitch
run=/run/carillon-freeswitch
mkdir -p "$run" /var/lib/carillon/db /var/lib/carillon/log
umask 077
if [ -z "${ESL_PASSWORD:-}" ]; then
  ESL_PASSWORD=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  echo "event socket password: $ESL_PASSWORD"
fi
case "$ESL_PASSWORD" in
  *[!A-Za-z0-9_.-]*) echo "ESL_PASSWORD: use letters, digits, . _ - only" >&2; exit 2 ;;
esac
printf '%s' "$ESL_PASSWORD" > "$run/password"
printf '%s' "${ESL_PORT:-8021}" > "$run/port"
cat > "$conf/vars.xml" <<XML
<include>
  <X-PRE-PROCESS cmd="set" data="esl_ip=${ESL_IP:-0.0.0.0}"/>
  <X-PRE-PROCESS cmd="set" data="esl_port=${ESL_PORT:-8021}"/>
  <X-PRE-PROCESS cmd="set" data="esl_password=$ESL_PASSWORD"/>
  <X-PRE-PROCESS cmd="set" data="engine_cidr=${ENGINE_CIDR:-127.0.0.1/32}"/>
  <X-PRE-PROCESS cmd="set" data="sip_port=${SIP_PORT:-5066}"/>
  <X-PRE-PROCESS cmd="set" data="rtp_start_port=${RTP_START_PORT:-16384}"/>
  <X-PRE-PROCESS cmd="set" data="rtp_end_port=${RTP_END_PORT:-24383}"/>
</include>
XML
exec freeswitch -conf "$conf" -log /var/lib/carillon/log -db /var/lib/carillon/db -run "$run" \
  -nonat -nonatmap -np -nf -c
