"""The variables that a SIP leg has from birth, as a real switch sets them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.simulator.dialstring import Leg
    from engine.simulator.switch import Switch

_SDP = (
    "v=0\r\no=FreeSWITCH 1700000000 1700000001 IN IP4 127.0.0.1\r\ns=FreeSWITCH\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio 30000 RTP/AVP 0 8 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n"
    "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\n"
)


def outbound_variables(switch: Switch, leg: Leg, uuid: str, given: dict[str, str]) -> list[tuple[str, str]]:
    """In the order in which they appear in the events of a real switch."""
    pairs = [
        ("direction", "outbound"),
        ("is_outbound", "true"),
        ("uuid", uuid),
        ("session_id", str(switch.session_count + 1)),
    ]
    if leg.kind == "sofia":
        if leg.gateway:
            pairs.append(("sip_gateway_name", leg.gateway))
        pairs += [
            ("sip_profile_name", "gateway" if leg.gateway else leg.channel_name.split("/")[1]),
            ("video_media_flow", "disabled"),
            ("audio_media_flow", "disabled"),
            ("text_media_flow", "disabled"),
        ]
    pairs += [("channel_name", leg.channel_name)]
    if leg.kind == "sofia":
        pairs += [("sip_destination_url", leg.url)]
    pairs += list(given.items())
    if leg.kind == "sofia":
        pairs += [
            ("originate_early_media", "false" if given.get("ignore_early_media") == "true" else "true"),
            ("rtp_use_codec_string", "PCMU,PCMA"),
            ("sip_outgoing_contact_uri", "<sip:gw+simulator@127.0.0.1:5080;transport=udp>"),
            ("sip_req_uri", leg.url.removeprefix("sip:")),
            ("sofia_profile_name", "external"),
            ("recovery_profile_name", "external"),
            ("sofia_profile_url", "sip:mod_sofia@127.0.0.1:5080"),
            ("sip_local_network_addr", "127.0.0.1"),
            ("sip_reply_host", "127.0.0.1"),
            ("sip_reply_port", "5060"),
            ("sip_network_ip", "127.0.0.1"),
            ("sip_network_port", "5060"),
            ("sip_allow", "INVITE, ACK, BYE, CANCEL, OPTIONS, PRACK, MESSAGE, UPDATE"),
            ("sip_recover_contact", "<sip:callee@127.0.0.1:5060>"),
            ("sip_full_via", "SIP/2.0/UDP 127.0.0.1:5080;branch=z9hG4bK" + uuid[:13].replace("-", "")),
            ("sip_recover_via", "SIP/2.0/UDP 127.0.0.1:5080;branch=z9hG4bK" + uuid[:13].replace("-", "")),
            ("sip_from_display", given.get("origination_caller_id_name", "")),
            (
                "sip_full_from",
                f"<sip:{given.get('origination_caller_id_number', '')}@127.0.0.1>;tag={uuid[:13]}",
            ),
            ("sip_full_to", f"<{leg.url}>;tag={uuid[-12:]}"),
            ("sip_from_user", given.get("origination_caller_id_number", "")),
            ("sip_from_uri", f"{given.get('origination_caller_id_number', '')}@127.0.0.1"),
            ("sip_from_host", "127.0.0.1"),
            ("sip_to_user", leg.number),
            ("sip_to_uri", leg.url.removeprefix("sip:")),
            ("sip_to_host", "127.0.0.1"),
            ("sip_contact_user", "callee"),
            ("sip_contact_port", "5060"),
            ("sip_contact_uri", "callee@127.0.0.1:5060"),
            ("sip_contact_host", "127.0.0.1"),
            ("sip_to_tag", uuid[-12:]),
            ("sip_from_tag", uuid[:13]),
            ("sip_cseq", "100000001"),
            ("sip_call_id", uuid),
            ("switch_r_sdp", _SDP),
            (
                "ep_codec_string",
                "CORE_PCM_MODULE.PCMU@8000h@20i@64000b,CORE_PCM_MODULE.PCMA@8000h@20i@64000b",
            ),
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
            ("local_media_ip", "127.0.0.1"),
            ("local_media_port", "30002"),
            ("advertised_media_ip", "127.0.0.1"),
            ("remote_media_ip", "127.0.0.1"),
            ("remote_media_port", "30000"),
            ("rtp_use_timer_name", "soft"),
            ("rtp_use_pt", "0"),
            ("rtp_use_ssrc", "1234567890"),
            ("rtp_2833_send_payload", "101"),
            ("rtp_2833_recv_payload", "101"),
            ("rtp_local_sdp_str", _SDP),
        ]
    return pairs
