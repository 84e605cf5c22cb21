"""The variables that a SIP leg gets as its call goes on, in the order of a real switch's events.

Recorded on FreeSWITCH 1.11 with a gateway on the loopback interface: some are there from birth, some come with
the first answer from the far end, some with its media, some when the call is over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.simulator.events import Preset, Variables
from engine.simulator.syntax import true

if TYPE_CHECKING:
    from engine.simulator.channel import Channel
    from engine.simulator.dialstring import Leg
    from engine.simulator.switch import Switch

Pairs = list[tuple[str, str]]

_LOCAL_SDP = (
    "v=0\r\no=FreeSWITCH 1700000000 1700000001 IN IP4 127.0.0.1\r\ns=FreeSWITCH\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio 20410 RTP/AVP 0 8 101 13\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n"
    "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=rtpmap:13 CN/8000\r\na=ptime:20\r\n"
)
_REMOTE_SDP = (
    "v=0\r\no=FreeSWITCH 1700000000 1700000001 IN IP4 127.0.0.1\r\ns=FreeSWITCH\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio 20516 RTP/AVP 0 101 13\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
    "a=fmtp:101 0-15\r\na=rtpmap:13 CN/8000\r\na=ptime:20\r\n"
)
_PROXY = "127.0.0.1:5060"
_FROM_TAG, _TO_TAG = "24t390Xvrr7me", "3DmvBve0N1X7S"
_VIA = "SIP/2.0/UDP 127.0.0.1:5080;rport=5080;branch=z9hG4bK2N3pUe8S8ZFam"

_OFFER: Pairs = [
    ("rtp_use_codec_string", "PCMU,PCMA"),
    ("local_media_ip", "127.0.0.1"),
    ("local_media_port", "20410"),
    ("advertised_media_ip", "127.0.0.1"),
    ("audio_media_flow", "sendrecv"),
    ("rtp_local_sdp_str", _LOCAL_SDP),
]

# With the far end's media description.
MEDIA = Preset(
    [
        ("switch_r_sdp", _REMOTE_SDP),
        ("ep_codec_string", "CORE_PCM_MODULE.PCMU@8000h@20i@64000b"),
        ("remote_video_media_flow", "inactive"),
        ("remote_text_media_flow", "inactive"),
        ("remote_audio_media_flow", "sendrecv"),
        ("rtp_audio_recv_pt", "0"),
        ("rtp_use_codec_name", "PCMU"),
        ("rtp_use_codec_rate", "8000"),
        ("rtp_use_codec_ptime", "20"),
        ("rtp_use_codec_channels", "1"),
        ("rtp_last_audio_codec_string", "PCMU@8000h@20i@1c"),
        ("read_codec", "PCMU"),
        ("original_read_codec", "PCMU"),
        ("read_rate", "8000"),
        ("original_read_rate", "8000"),
        ("write_codec", "PCMU"),
        ("write_rate", "8000"),
        ("dtmf_type", "rfc2833"),
        ("rtp_use_timer_name", "soft"),
        ("rtp_use_pt", "0"),
        ("rtp_use_ssrc", "3406174692"),
        ("rtp_2833_send_payload", "101"),
        ("rtp_2833_recv_payload", "101"),
        ("remote_media_ip", "127.0.0.1"),
        ("remote_media_port", "20516"),
    ]
)

_QUALITY_PAIRS: Pairs = [
    ("rtp_audio_in_media_packet_count", "0"),
    ("rtp_audio_in_skip_packet_count", "0"),
    ("rtp_audio_in_jitter_packet_count", "0"),
    ("rtp_audio_in_dtmf_packet_count", "0"),
    ("rtp_audio_in_cng_packet_count", "0"),
    ("rtp_audio_in_flush_packet_count", "0"),
    ("rtp_audio_in_largest_jb_size", "0"),
    ("rtp_audio_in_jitter_min_variance", "0.00"),
    ("rtp_audio_in_jitter_max_variance", "0.00"),
    ("rtp_audio_in_jitter_loss_rate", "0.00"),
    ("rtp_audio_in_jitter_burst_rate", "0.00"),
    ("rtp_audio_in_mean_interval", "0.00"),
    ("rtp_audio_in_flaw_total", "0"),
    ("rtp_audio_in_quality_percentage", "100.00"),
    ("rtp_audio_in_mos", "4.50"),
    ("rtp_audio_out_skip_packet_count", "0"),
    ("rtp_audio_out_dtmf_packet_count", "0"),
    ("rtp_audio_out_cng_packet_count", "0"),
    ("rtp_audio_rtcp_packet_count", "0"),
    ("rtp_audio_rtcp_octet_count", "0"),
]


_QUALITY = Preset(_QUALITY_PAIRS)


def birth(switch: Switch, leg: Leg, uuid: str, given: dict[str, str]) -> Pairs:
    """When the channel is made and the INVITE goes out."""
    pairs = [
        ("direction", "outbound"),
        ("is_outbound", "true"),
        ("uuid", uuid),
        ("call_uuid", uuid),
        ("session_id", str(switch.session_count + 1)),
    ]
    if leg.kind != "sofia":
        return [*pairs, ("channel_name", leg.channel_name), *given.items(), ("originate_endpoint", leg.kind)]
    profile = leg.channel_name.split("/")[1]
    if leg.gateway:
        pairs.append(("sip_gateway_name", leg.gateway))
    url = f"sip:{leg.number}@{_PROXY}" if leg.gateway else leg.url
    contact = f"<sip:gw+{leg.gateway}@127.0.0.1:5080;transport=udp;gw={leg.gateway}>"
    pairs += [
        ("sip_local_network_addr", "127.0.0.1"),
        ("sip_profile_name", "gateway" if leg.gateway else profile),
        ("video_media_flow", "disabled"),
        ("text_media_flow", "disabled"),
        ("channel_name", leg.channel_name),
        ("sip_destination_url", url),
        *given.items(),
        ("originate_early_media", "false" if true(given.get("ignore_early_media")) else "true"),
        ("originate_endpoint", "sofia"),
        *_OFFER,
        ("sip_outgoing_contact_uri", contact if leg.gateway else "<sip:mod_sofia@127.0.0.1:5080>"),
        ("sip_req_uri", url.removeprefix("sip:")),
        ("sip_to_host", _PROXY),
        ("sip_from_host", _PROXY),
        ("sofia_profile_name", profile),
        ("recovery_profile_name", profile),
        ("sofia_profile_url", "sip:mod_sofia@127.0.0.1:5080"),
    ]
    return pairs


def response(channel: Channel) -> Pairs:
    """With the first answer from the far end."""
    number, name = channel.number, channel.caller_id[0]
    return [
        ("sip_reply_host", "127.0.0.1"),
        ("sip_reply_port", "5060"),
        ("sip_network_ip", "127.0.0.1"),
        ("sip_network_port", "5060"),
        ("sip_user_agent", "callee"),
        ("sip_allow", "INVITE, ACK, BYE, CANCEL, OPTIONS, MESSAGE, INFO, UPDATE, REGISTER, REFER, NOTIFY"),
        ("sip_recover_contact", f"<sip:{number}@{_PROXY};transport=udp>"),
        ("sip_full_via", _VIA),
        ("sip_recover_via", _VIA),
        ("sip_from_display", name),
        ("sip_full_from", f'"{name}" <sip:x@{_PROXY}>;tag={_FROM_TAG}'),
        ("sip_full_to", f"<sip:{number}@{_PROXY}>;tag={_TO_TAG}"),
        ("sip_from_user", "x"),
        ("sip_from_port", "5060"),
        ("sip_from_uri", f"x@{_PROXY}"),
        ("sip_from_host", "127.0.0.1"),
        ("sip_to_user", number),
        ("sip_to_port", "5060"),
        ("sip_to_uri", f"{number}@{_PROXY}"),
        ("sip_to_host", "127.0.0.1"),
        ("sip_contact_params", "transport=udp"),
        ("sip_contact_user", number),
        ("sip_contact_port", "5060"),
        ("sip_contact_uri", f"{number}@{_PROXY}"),
        ("sip_contact_host", "127.0.0.1"),
        ("sip_to_tag", _TO_TAG),
        ("sip_from_tag", _FROM_TAG),
        ("sip_cseq", "123157206"),
        ("sip_call_id", channel.uuid[::-1]),
    ]


def report(variables: Variables, seconds: float) -> None:
    """When a call with media is over: how much of it there was, and how good."""
    packets = str(max(0, int(seconds * 50)))
    size = str(max(0, int(seconds * 50)) * 172)
    variables.set("rtp_audio_in_raw_bytes", size)
    variables.set("rtp_audio_in_media_bytes", size)
    variables.set("rtp_audio_in_packet_count", packets)
    variables.apply(_QUALITY)
    variables.set("rtp_audio_out_raw_bytes", size)
    variables.set("rtp_audio_out_media_bytes", size)
    variables.set("rtp_audio_out_packet_count", packets)
    variables.set("rtp_audio_out_media_packet_count", packets)
